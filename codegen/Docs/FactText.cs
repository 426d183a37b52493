using System.Globalization;
using ProxSharp.CodeGen.Model;
using ProxSharp.Schema;

namespace ProxSharp.CodeGen.Docs;

/// <summary>Says the facts of a value in short sentences.</summary>
internal static class FactText
{
    private const int LongestPattern = 60;
    private const int MostValues = 24;

    /// <summary>The sentences for a parameter or a key of a property string.</summary>
    public static IEnumerable<string> Input(MemberModel member)
    {
        ApiNode node = member.Node;
        foreach (string sentence in Conditions(member))
        {
            yield return sentence;
        }

        if (Default(node) is { } value)
        {
            yield return $"Default: {DocText.Code(value)}.";
        }
        else if (node.HasDynamicDefault)
        {
            yield return "The server computes the default.";
        }

        if (Range(node) is { } range)
        {
            yield return range;
        }

        if (Length(node, member.Type) is { } length)
        {
            yield return length;
        }

        foreach (string sentence in Form(node, member.Type))
        {
            yield return sentence;
        }
    }

    /// <summary>The sentences for a member of a result.</summary>
    public static IEnumerable<string> Output(MemberModel member) => Conditions(member).Concat(Values(member.Node, member.Type));

    private static IEnumerable<string> Conditions(MemberModel member)
    {
        if (member.Node.Indexes is { } indexes)
        {
            yield return $"Indexes {indexes.First} to {indexes.Last}.";
        }

        if (member.Note is { } note)
        {
            yield return note;
        }

        foreach ((string by, IReadOnlyList<string> values) in member.Node.When ?? new Dictionary<string, IReadOnlyList<string>>())
        {
            yield return $"Only while {DocText.Code(by)} is {DocText.Codes(values)}.";
        }

        foreach (ApiAlternative alternative in member.Node.Alternatives)
        {
            if ((alternative.Node.Items?.PropertyStringFormat ?? alternative.Node.Items?.Format) is { } format)
            {
                yield return $"While {DocText.Code(member.Node.AlternativesBy ?? "")} is {DocText.Codes(alternative.Values)}: format {DocText.Code(format)}.";
            }
            else if (alternative.Node.Items?.Enumeration is { } values)
            {
                yield return $"While {DocText.Code(member.Node.AlternativesBy ?? "")} is {DocText.Codes(alternative.Values)}: {DocText.Codes(values)}.";
            }
        }
    }

    private static string? Default(ApiNode node) => node switch
    {
        { Default: null or "" } => null,
        { Type: ApiValueType.Boolean } => node.Default switch
        {
            "1" or "true" => "true",
            "0" or "false" => "false",
            _ => node.Default,
        },
        _ => node.Default,
    };

    private static string? Range(ApiNode node) => (node.Minimum, node.Maximum) switch
    {
        ({ } low, { } high) => $"From {Number(low)} to {Number(high)}.",
        ({ } low, null) => $"At least {Number(low)}.",
        (null, { } high) => $"At most {Number(high)}.",
        _ => null,
    };

    private static string? Length(ApiNode node, CodeType type)
    {
        string unit = type.Kind == CodeKind.List ? "items" : "characters";
        return (node.MinimumLength, node.MaximumLength) switch
        {
            ({ } low, { } high) => $"{low} to {high} {unit}.",
            ({ } low, null) => $"At least {low} {unit}.",
            (null, { } high) => $"At most {high} {unit}.",
            _ => null,
        };
    }

    private static IEnumerable<string> Form(ApiNode node, CodeType type)
    {
        foreach (string sentence in Values(node, type))
        {
            yield return sentence;
        }

        if (node.Syntax is { } syntax)
        {
            yield return $"Written as {DocText.Code(syntax)}.";
        }
        else if (node.Pattern is { Length: <= LongestPattern } pattern && type.Kind == CodeKind.Text)
        {
            yield return $"Pattern: {DocText.Code(pattern)}.";
        }

        if (node.Format is { } format && type.Kind == CodeKind.Text)
        {
            yield return format.EndsWith("-list", StringComparison.Ordinal)
                ? $"Several {DocText.Code(format[..^5])} are separated by commas."
                : $"Format: {DocText.Code(format)}.";
        }

        if (node.Requires is { } needed)
        {
            yield return $"Needs {DocText.Code(needed)}.";
        }
    }

    /// <summary>The allowed values where the type does not name them.</summary>
    private static IEnumerable<string> Values(ApiNode node, CodeType type)
    {
        IReadOnlyList<string>? values = node.Enumeration ?? node.Items?.Enumeration;
        CodeKind kind = type.Kind == CodeKind.List ? type.Item!.Kind : type.Kind;
        if (values is { Count: > 0 and <= MostValues } && kind != CodeKind.Word)
        {
            yield return $"Allowed: {DocText.Codes(values)}.";
        }
    }

    private static string Number(double value) => value.ToString("0.############", CultureInfo.InvariantCulture);
}
