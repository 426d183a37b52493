using ProxSharp.Api;
using ProxSharp.CodeGen.Model;
using ProxSharp.CodeGen.Naming;
using ProxSharp.Schema;

namespace ProxSharp.CodeGen.Docs;

/// <summary>Writes the documentation texts: the glossary's meaning, or the name in plain words, followed by the facts.</summary>
internal sealed class DocWriter
{
    private readonly Glossary _glossary;
    private readonly WordSplitter _words;

    /// <summary>Creates a writer.</summary>
    public DocWriter(Glossary glossary, WordSplitter words) => (_glossary, _words) = (glossary, words);

    /// <summary>The text of a parameter.</summary>
    public string Parameter(string path, MemberModel member) =>
        Join(_glossary.Parameter(path, GlossaryName(member)), member, FactText.Input(member));

    /// <summary>The text of a member of a result.</summary>
    public string Result(string path, MemberModel member) =>
        Join(_glossary.Result(path, GlossaryName(member)), member, FactText.Output(member));

    /// <summary>The text of a key of a property string.</summary>
    public string FormatKey(PropertyStringModel format, MemberModel member) =>
        Join(_glossary.FormatKey(format.Format, member.WireName), member, FactText.Input(member));

    /// <summary>The text of a property string.</summary>
    public string Format(PropertyStringModel format) =>
        _glossary.Format(format.Format) is { } text ? DocText.Escape(text) : $"The property string {DocText.Code(format.Format)}: keys and values separated by commas.";

    /// <summary>The text of a group.</summary>
    public string Group(GroupModel group) => _glossary.Group(group.Path) is { } text ? DocText.Escape(text) : $"Calls below {DocText.Code(group.Path)}.";

    /// <summary>The text of an endpoint.</summary>
    public string Operation(ApiEndpoint endpoint) => _glossary.Operation(endpoint.ToString()) is { } text ? DocText.Escape(text) : Plain(endpoint);

    /// <summary>The facts of an endpoint.</summary>
    public static string OperationFacts(ApiEndpoint endpoint)
    {
        string task = endpoint.Task switch
        {
            ApiTaskKind.Returns or ApiTaskKind.Undeclared => " Starts a task; the result is its UPID.",
            ApiTaskKind.Maybe => " May start a task; the result is its UPID, or null if the work is done.",
            ApiTaskKind.Property => " Starts a task; the member <c>upid</c> of the result names it.",
            ApiTaskKind.Hidden => " Starts a task that the result does not name.",
            _ => "",
        };
        string token = endpoint.AllowsToken ? "" : " API tokens are refused.";
        return $"{DocText.Code(endpoint.ToString())}. {PermissionText.Describe(endpoint.Permission)}{token}{task}";
    }

    private static string GlossaryName(MemberModel member) => member.Type.Kind == CodeKind.Indexed ? member.WireName + "[n]" : member.WireName;

    private string Join(string? meaning, MemberModel member, IEnumerable<string> facts)
    {
        string text = meaning is null ? Plain(member.WireName) : DocText.Escape(meaning);
        return string.Join(' ', [text, .. facts]);
    }

    private string Plain(string wireName)
    {
        string text = string.Join(' ', _words.Split(wireName)).ToLowerInvariant();
        return text.Length == 0 ? DocText.Code(wireName) : char.ToUpperInvariant(text[0]) + text[1..] + ".";
    }

    private string Plain(ApiEndpoint endpoint)
    {
        string thing = ApiPath.FixedSegments(endpoint.Path).LastOrDefault() is { } last ? string.Join(' ', _words.Split(last)).ToLowerInvariant() : "API";
        return endpoint.Method switch
        {
            ApiMethod.Get when endpoint.Returns.Type == ApiValueType.Array => $"Lists: {thing}.",
            ApiMethod.Get => $"Reads: {thing}.",
            ApiMethod.Post => $"Creates or runs: {thing}.",
            ApiMethod.Put => $"Changes: {thing}.",
            _ => $"Removes: {thing}.",
        };
    }
}
