using System.Text;
using ProxSharp.CodeGen.Docs;
using ProxSharp.CodeGen.Model;

namespace ProxSharp.CodeGen.Emit;

/// <summary>
/// Writes a result class of which a server sends tens of thousands: numbers are plain fields with a bit that says whether they are there, words
/// are the shared texts, rare members live in a side object, and the id is computed where type and number give it.
/// </summary>
internal sealed class CompactResultEmitter
{
    private readonly DocWriter _docs;
    private readonly ClassModel _model;
    private readonly CompactLayout _layout;
    private readonly List<MemberModel> _usual;
    private readonly List<MemberModel> _rare;
    private readonly Dictionary<MemberModel, int> _bits = [];

    /// <summary>Creates an emitter for a class.</summary>
    /// <exception cref="InvalidOperationException">A member has a type for which there is no compact form.</exception>
    public CompactResultEmitter(DocWriter docs, ClassModel model, CompactLayout layout)
    {
        (_docs, _model, _layout) = (docs, model, layout);
        _rare = [.. model.Members.Where(member => layout.Rare.Contains(member.WireName))];
        _usual = [.. model.Members.Except(_rare)];
        if (_rare.Count != layout.Rare.Count || _usual.Any(static member => member.Type.Kind is not (CodeKind.Text or CodeKind.Word or CodeKind.Integer or CodeKind.Number or CodeKind.Boolean)))
        {
            throw new InvalidOperationException($"{model.Name} cannot be stored compactly: a rare member is unknown, or a usual one is neither text nor number.");
        }

        foreach (MemberModel member in _usual.Where(static member => member.Type.Kind is not (CodeKind.Text or CodeKind.Word)))
        {
            _bits[member] = _bits.Values.Select(static bit => bit + 1).DefaultIfEmpty(0).Max() + (member.Type.Kind == CodeKind.Boolean ? 1 : 0);
        }
    }

    /// <summary>Writes the class.</summary>
    public void Emit(CodeWriter code)
    {
        code.Summary(ResultEmitter.Describe(_model) + " Stored in little space: there may be very many.");
        code.Open($"public sealed class {_model.Name} : IApiReadable<{_model.Name}>");
        EmitFields(code);
        code.Summary("Creates an empty result to be filled by hand.");
        code.Line($"public {_model.Name}()");
        code.Line("{");
        code.Line("}");
        code.Line();
        EmitReader(code);
        foreach (MemberModel member in _model.Members)
        {
            EmitProperty(code, member);
        }

        code.Line();
        code.Summary("Members that this version of the library does not know, by wire name.");
        code.Open("public IReadOnlyDictionary<string, JsonElement> Extra");
        code.Line("get => _rare?.Extra ?? ReadOnlyDictionary<string, JsonElement>.Empty;");
        code.Line("init => MakeRare().Extra = value;");
        code.Close();
        code.Line();
        code.Line("/// <inheritdoc/>");
        code.Line($"public static {_model.Name} Read(ref ApiJsonReader reader) => new(ref reader);");
        EmitHelpers(code);
        code.Close();
    }

    private static string Field(MemberModel member) => "_" + char.ToLowerInvariant(member.Name[0]) + member.Name[1..];

    private void EmitFields(CodeWriter code)
    {
        foreach (MemberModel member in _usual.Where(static member => member.Type.Kind != CodeKind.Boolean))
        {
            code.Line($"private {(member.Type.Kind is CodeKind.Text or CodeKind.Word ? "string?" : member.Type.CSharp)} {Field(member)};");
        }

        code.Line("private RareMembers? _rare;");
        code.Line("private uint _bits;");
        code.Line();
    }

    private void EmitReader(CodeWriter code)
    {
        code.Open($"private {_model.Name}(ref ApiJsonReader reader)");
        code.Line("Dictionary<string, JsonElement>? extra = null;");
        code.Line("string? idPrefix = null;");
        code.Line("long idNumber = 0;");
        code.Line("bool isObject = reader.EnterObject(ref extra);");
        code.Open("while (isObject && reader.NextMember())");
        code.Line("ReadOnlySpan<byte> name = reader.MemberName;");
        code.Open("switch (name.Length)");
        foreach (MemberModel member in _model.Members.OrderBy(static member => Encoding.UTF8.GetByteCount(member.WireName)))
        {
            code.Line($"case {Encoding.UTF8.GetByteCount(member.WireName)} when name.SequenceEqual({Literal.Utf8(member.WireName)}):");
            code.Line(member.WireName == _layout.Id
                ? $"    {Field(member)} = reader.TryReadNumbered(out idPrefix, out idNumber) ? null : reader.ReadString();"
                : $"    {member.Name} = {ReaderText.Member(member)};");
            if (ReaderText.MayMisfit(member.Type))
            {
                code.Line("    reader.KeepMisfit(name, ref extra);");
            }

            code.Line("    continue;");
        }

        code.Close();
        code.Line();
        code.Line("reader.ReadExtra(ref extra);");
        code.Close();
        code.Line();
        code.Open($"if (idPrefix is not null && (idPrefix != {Field(Find(_layout.IdPrefix))} || idNumber != {Find(_layout.IdNumber).Name}))");
        code.Line($"{Field(Find(_layout.Id))} = string.Create(System.Globalization.CultureInfo.InvariantCulture, $\"{{idPrefix}}/{{idNumber}}\");");
        code.Close();
        code.Line();
        code.Open("if (extra is not null)");
        code.Line("Extra = extra;");
        code.Close();
        code.Close();
    }

    private MemberModel Find(string wireName) => _model.Members.Single(member => member.WireName == wireName);

    private void EmitProperty(CodeWriter code, MemberModel member)
    {
        code.Line();
        code.Summary(_docs.Result(_model.Path, member));
        code.Open($"public {ResultEmitter.Type(member)} {member.Name}");
        foreach (string accessor in Accessors(member))
        {
            code.Line(accessor);
        }

        code.Close();
    }

    private IEnumerable<string> Accessors(MemberModel member)
    {
        string field = Field(member);
        if (_rare.Contains(member))
        {
            return [$"get => _rare?.{member.Name};", $"init {{ if (value is not null) {{ MakeRare().{member.Name} = value; }} }}"];
        }

        if (member.WireName == _layout.Id)
        {
            return [$"get => {field} ?? ComputeId();", $"init => {field} = value;"];
        }

        return (member.Type.Kind, member.IsOptional) switch
        {
            (CodeKind.Text, true) => [$"get => {field};", $"init => {field} = value;"],
            (CodeKind.Text, false) => [$"get => {field} ?? \"\";", $"init => {field} = value;"],
            (CodeKind.Word, true) => [$"get => {field} is null ? null : new({field});", $"init => {field} = value?.Value;"],
            (CodeKind.Word, false) => [$"get => new({field} ?? \"\");", $"init => {field} = value.Value;"],
            (CodeKind.Boolean, _) => [$"get => Has({_bits[member] - 1}) ? Has({_bits[member]}) : {(member.IsOptional ? "null" : "false")};", $"init {{ Set({_bits[member] - 1}, {(member.IsOptional ? "value.HasValue" : "true")}); Set({_bits[member]}, value{(member.IsOptional ? " is true" : "")}); }}"],
            (_, true) => [$"get => Has({_bits[member]}) ? {field} : null;", $"init {{ Set({_bits[member]}, value.HasValue); {field} = value.GetValueOrDefault(); }}"],
            _ => [$"get => {field};", $"init => {field} = value;"],
        };
    }

    private void EmitHelpers(CodeWriter code)
    {
        string prefix = Field(Find(_layout.IdPrefix));
        string number = Find(_layout.IdNumber).Name;
        string[] helpers =
        [
            "",
            $"private string ComputeId() => {prefix} is not null && {number} is {{ }} number ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $\"{{{prefix}}}/{{number}}\") : \"\";",
            "",
            "private bool Has(int bit) => (_bits >> bit & 1) != 0;",
            "",
            "private void Set(int bit, bool value) => _bits = value ? _bits | 1u << bit : _bits & ~(1u << bit);",
            "",
            "private RareMembers MakeRare() => _rare ??= new RareMembers();",
            "",
        ];
        foreach (string line in helpers)
        {
            code.Line(line);
        }

        code.Open("private sealed class RareMembers");
        foreach (MemberModel member in _rare)
        {
            code.Line($"public {ResultEmitter.Type(member)} {member.Name};");
        }

        code.Line("public IReadOnlyDictionary<string, JsonElement>? Extra;");
        code.Close();
    }
}
