using ProxSharp.CodeGen.Docs;
using ProxSharp.CodeGen.Model;

namespace ProxSharp.CodeGen.Emit;

/// <summary>Writes property-string records.</summary>
internal sealed class PropertyStringEmitter
{
    private readonly DocWriter _docs;
    private readonly bool _allowsQuotes;

    /// <summary>Creates an emitter.</summary>
    public PropertyStringEmitter(DocWriter docs, bool allowsQuotes) => (_docs, _allowsQuotes) = (docs, allowsQuotes);

    /// <summary>Writes a record.</summary>
    public void Emit(CodeWriter code, PropertyStringModel model)
    {
        string name = model.Name;
        code.Summary(_docs.Format(model));
        code.Open($"public sealed record {name} : PropertyString, IPropertyString<{name}>");
        EmitFormat(code, model);
        code.Line();
        code.Summary("Creates a value without keys.");
        code.Line($"public {name}()");
        code.Line("    : this(PropertyStringEntries.Empty)");
        code.Line("{");
        code.Line("}");
        code.Line();
        code.Line($"private {name}(PropertyStringEntries entries)");
        code.Line("    : base(s_format, entries)");
        code.Line("{");
        code.Line("}");
        foreach (MemberModel member in model.Members)
        {
            code.Line();
            code.Summary(_docs.FormatKey(model, member));
            code.Line($"public {member.Type.CSharp}? {member.Name} {{ get => {Get(member)}; init => Set({Literal.Text(member.WireName)}, {Value(member)}); }}");
        }

        EmitParsing(code, name);
        code.Close();
    }

    private void EmitFormat(CodeWriter code, PropertyStringModel model)
    {
        string defaultKey = model.DefaultKey is { } key ? $", defaultKey: {Literal.Text(key)}" : "";
        string quotes = _allowsQuotes ? ", allowsQuotes: true" : "";
        code.Line($"private static readonly PropertyStringFormat s_format = new({Literal.Text(model.Format)}{defaultKey}{Map("aliases", model.Aliases)}{Map("keyAliases", model.KeyAliases)}{quotes});");
        code.Line();
        code.Line($"static PropertyStringFormat IPropertyString<{model.Name}>.Format => s_format;");
    }

    private static string Map(string argument, IReadOnlyList<KeyValuePair<string, string>> pairs) =>
        pairs.Count == 0
            ? ""
            : $", {argument}: new Dictionary<string, string> {{ {string.Join(", ", pairs.Select(static pair => $"[{Literal.Text(pair.Key)}] = {Literal.Text(pair.Value)}"))} }}";

    private static void EmitParsing(CodeWriter code, string name)
    {
        string[] body =
        [
            "",
            "/// <inheritdoc/>",
            $"public static {name} FromWire(PropertyStringEntries entries) => new(entries);",
            "",
            "/// <inheritdoc/>",
            $"public static {name} Parse(string s, IFormatProvider? provider = null) => new(PropertyStringEntries.Parse(s));",
            "",
            "/// <inheritdoc/>",
            $"public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out {name} result) =>",
            "    (result = s is null ? null : Parse(s)) is not null;",
        ];
        foreach (string line in body)
        {
            code.Line(line);
        }
    }

    private static string Get(MemberModel member) => member.Type.Kind switch
    {
        CodeKind.Boolean => $"GetBoolean({Literal.Text(member.WireName)})",
        CodeKind.Integer => $"GetInt64({Literal.Text(member.WireName)})",
        CodeKind.Number => $"GetDouble({Literal.Text(member.WireName)})",
        CodeKind.Word => $"GetWord<{member.Type.CSharp}>({Literal.Text(member.WireName)})",
        _ => $"Get({Literal.Text(member.WireName)})",
    };

    private static string Value(MemberModel member) => member.Type.Kind == CodeKind.Word ? "value?.Value" : "value";
}
