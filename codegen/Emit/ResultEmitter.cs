using System.Text;
using ProxSharp.CodeGen.Docs;
using ProxSharp.CodeGen.Model;

namespace ProxSharp.CodeGen.Emit;

/// <summary>Writes result classes with their readers.</summary>
internal sealed class ResultEmitter
{
    private readonly DocWriter _docs;

    /// <summary>Creates an emitter.</summary>
    public ResultEmitter(DocWriter docs) => _docs = docs;

    /// <summary>Writes a class.</summary>
    public void Emit(CodeWriter code, ClassModel model)
    {
        if (model.Compact is { } layout)
        {
            new CompactResultEmitter(_docs, model, layout).Emit(code);
            return;
        }

        code.Summary(Describe(model));
        code.Open($"public sealed class {model.Name} : IApiReadable<{model.Name}>");
        code.Summary("Creates an empty result to be filled by hand.");
        code.Line($"public {model.Name}()");
        code.Line("{");
        code.Line("}");
        code.Line();
        EmitReader(code, model);
        foreach (MemberModel member in model.Members)
        {
            code.Line();
            code.Summary(_docs.Result(model.Path, member));
            code.Line($"public {Type(member)} {member.Name} {{ get; init; }}{Initial(member)}");
        }

        code.Line();
        code.Summary("Members that this version of the library does not know, by wire name.");
        code.Line("public IReadOnlyDictionary<string, JsonElement> Extra { get; init; } = ReadOnlyDictionary<string, JsonElement>.Empty;");
        code.Line();
        code.Line("/// <inheritdoc/>");
        code.Line($"public static {model.Name} Read(ref ApiJsonReader reader) => new(ref reader);");
        code.Close();
    }

    internal static string Describe(ClassModel model)
    {
        string first = DocText.Code(model.Endpoints.First());
        return model.Endpoints.Count switch
        {
            1 => $"Part of the result of {first}.",
            2 => $"Part of the results of {first} and {DocText.Code(model.Endpoints.Last())}.",
            _ => $"Part of the results of {first} and {model.Endpoints.Count - 1} other calls.",
        };
    }

    internal static string Type(MemberModel member)
    {
        bool isNullable = member.Type.Kind switch
        {
            CodeKind.PropertyString or CodeKind.Element => true,
            _ when member.Type.IsCollection => false,
            _ => member.IsOptional,
        };
        return member.Type.CSharp + (isNullable ? "?" : "");
    }

    private static string Initial(MemberModel member) => member.Type.Kind switch
    {
        CodeKind.Text when !member.IsOptional => " = \"\";",
        CodeKind.Class when !member.IsOptional => " = new();",
        CodeKind.List => " = [];",
        CodeKind.Map => $" = ReadOnlyDictionary<string, {member.Type.Item!.CSharp}>.Empty;",
        CodeKind.Indexed => $" = ReadOnlyDictionary<int, {member.Type.Item!.CSharp}>.Empty;",
        _ => "",
    };

    private static void EmitReader(CodeWriter code, ClassModel model)
    {
        List<MemberModel> indexed = [.. model.Members.Where(static member => member.Type.Kind == CodeKind.Indexed)];
        code.Open($"private {model.Name}(ref ApiJsonReader reader)");
        code.Line("Dictionary<string, JsonElement>? extra = null;");
        foreach (MemberModel member in indexed)
        {
            code.Line($"Dictionary<int, {member.Type.Item!.CSharp}>? {Local(member)} = null;");
        }

        code.Line("bool isObject = reader.EnterObject(ref extra);");
        code.Open("while (isObject && reader.NextMember())");
        code.Line("ReadOnlySpan<byte> name = reader.MemberName;");
        EmitPlain(code, model.Members.Except(indexed));
        code.Line();
        foreach (MemberModel member in indexed)
        {
            EmitIndexed(code, member);
        }

        code.Line("reader.ReadExtra(ref extra);");
        code.Close();
        code.Line();
        foreach (MemberModel member in indexed)
        {
            code.Line($"{member.Name} = {Local(member)} ?? {member.Name};");
        }

        code.Line("Extra = extra ?? Extra;");
        code.Close();
    }

    private static void EmitPlain(CodeWriter code, IEnumerable<MemberModel> members)
    {
        code.Open("switch (name.Length)");
        foreach (MemberModel member in members.OrderBy(static member => Encoding.UTF8.GetByteCount(member.WireName)))
        {
            code.Line($"case {Encoding.UTF8.GetByteCount(member.WireName)} when name.SequenceEqual({Literal.Utf8(member.WireName)}):");
            code.Line($"    {member.Name} = {ReaderText.Member(member)};");
            if (ReaderText.MayMisfit(member.Type))
            {
                code.Line("    reader.KeepMisfit(name, ref extra);");
            }

            code.Line("    continue;");
        }

        code.Close();
    }

    private static void EmitIndexed(CodeWriter code, MemberModel member)
    {
        string item = Local(member) + "Item";
        code.Open($"if (reader.TryGetIndex({Literal.Utf8(member.WireName)}, out int {Local(member)}Index))");
        code.Open($"if ({ReaderText.Item(member.Type.Item!)} is {{ }} {item})");
        code.Line($"({Local(member)} ??= [])[{Local(member)}Index] = {item};");
        code.Close();
        code.Line();
        code.Line("continue;");
        code.Close();
        code.Line();
    }

    private static string Local(MemberModel member) => "map" + member.Name;
}
