using ProxSharp.CodeGen.Model;

namespace ProxSharp.CodeGen.Emit;

/// <summary>Writes the expressions that read values.</summary>
internal static class ReaderText
{
    /// <summary>The type of an endpoint's result.</summary>
    public static string ResultType(EndpointModel method) => method.Result.Kind switch
    {
        CodeKind.Integer or CodeKind.Number or CodeKind.Boolean => method.Result.CSharp + "?",
        CodeKind.Text or CodeKind.Class when method.IsResultOptional => method.Result.CSharp + "?",
        _ => method.Result.CSharp,
    };

    /// <summary>The reader of an endpoint's result.</summary>
    public static string Result(EndpointModel method) => method.Result.Kind switch
    {
        CodeKind.Nothing => "ApiReaders.Nothing",
        CodeKind.Integer => "ApiReaders.Int64",
        CodeKind.Number => "ApiReaders.Double",
        CodeKind.Boolean => "ApiReaders.Boolean",
        CodeKind.Text when method.IsResultOptional => "ApiReaders.String",
        CodeKind.Class when method.IsResultOptional => $"ApiReaders.OptionalObject<{method.Result.CSharp}>",
        _ => Reader(method.Result),
    };

    /// <summary>The expression that reads a member.</summary>
    public static string Member(MemberModel member)
    {
        string rest = member.IsOptional ? "" : ".GetValueOrDefault()";
        CodeType type = member.Type;
        return type.Kind switch
        {
            CodeKind.Text => "reader.ReadString()" + (member.IsOptional ? "" : " ?? \"\""),
            CodeKind.Integer => "reader.ReadInt64()" + rest,
            CodeKind.Number => "reader.ReadDouble()" + rest,
            CodeKind.Boolean => "reader.ReadBoolean()" + rest,
            CodeKind.Word => $"reader.ReadWord<{type.CSharp}>()" + rest,
            CodeKind.PropertyString => $"reader.ReadPropertyString<{type.CSharp}>()",
            CodeKind.Element => "reader.ReadElement()",
            CodeKind.Class => $"reader.{(member.IsOptional ? "ReadOptionalObject" : "ReadObject")}<{type.CSharp}>()",
            CodeKind.List => List(type),
            CodeKind.Map => $"reader.ReadMap({Reader(type.Item!)})",
            _ => throw new InvalidOperationException($"There is no expression that reads {type.Kind}."),
        };
    }

    /// <summary>Tells whether a value may turn out to be no value of the type; texts, words and lists take anything.</summary>
    public static bool MayMisfit(CodeType type) => type.Kind is CodeKind.Integer or CodeKind.Number or CodeKind.Boolean or CodeKind.Class or CodeKind.Map;

    /// <summary>The expression that reads a member as an item that may be null, for indexed members.</summary>
    public static string Item(CodeType type) => type.Kind switch
    {
        CodeKind.Text => "reader.ReadString()",
        CodeKind.Integer => "reader.ReadInt64()",
        CodeKind.Number => "reader.ReadDouble()",
        CodeKind.Boolean => "reader.ReadBoolean()",
        CodeKind.Word => $"reader.ReadWord<{type.CSharp}>()",
        CodeKind.PropertyString => $"reader.ReadPropertyString<{type.CSharp}>()",
        CodeKind.Class => $"reader.ReadOptionalObject<{type.CSharp}>()",
        _ => throw new InvalidOperationException($"There is no expression that reads an indexed {type.Kind}."),
    };

    private static string List(CodeType type) => type.Item!.Kind switch
    {
        CodeKind.Text => "reader.ReadStrings()",
        CodeKind.Class => $"reader.ReadObjects<{type.Item.CSharp}>()",
        _ => $"reader.ReadList({Reader(type.Item)})",
    };

    private static string Reader(CodeType type) => type.Kind switch
    {
        CodeKind.Text => "ApiReaders.TextOrEmpty",
        CodeKind.Integer => "ApiReaders.Int64OrZero",
        CodeKind.Number => "ApiReaders.DoubleOrNaN",
        CodeKind.Boolean => "ApiReaders.BooleanOrFalse",
        CodeKind.Element => "ApiReaders.Element",
        CodeKind.Word => $"ApiReaders.Word<{type.CSharp}>",
        CodeKind.PropertyString => $"ApiReaders.PropertyString<{type.CSharp}>",
        CodeKind.Class => $"ApiReaders.Object<{type.CSharp}>",
        CodeKind.List when type.Item!.Kind == CodeKind.Text => "ApiReaders.Strings",
        CodeKind.List when type.Item!.Kind == CodeKind.Class => $"ApiReaders.Objects<{type.Item.CSharp}>",
        CodeKind.List => $"static (ref ApiJsonReader reader) => reader.ReadList({Reader(type.Item!)})",
        CodeKind.Map => $"static (ref ApiJsonReader reader) => reader.ReadMap({Reader(type.Item!)})",
        _ => throw new InvalidOperationException($"There is no reader for {type.Kind}."),
    };
}
