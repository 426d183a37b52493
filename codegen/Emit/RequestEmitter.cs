using ProxSharp.CodeGen.Docs;
using ProxSharp.CodeGen.Model;

namespace ProxSharp.CodeGen.Emit;

/// <summary>Writes request classes.</summary>
internal sealed class RequestEmitter
{
    private readonly DocWriter _docs;

    /// <summary>Creates an emitter.</summary>
    public RequestEmitter(DocWriter docs) => _docs = docs;

    /// <summary>Writes the request of an endpoint.</summary>
    public void Emit(CodeWriter code, EndpointModel method)
    {
        RequestModel request = method.Request!;
        code.Summary($"Parameters of {DocText.Code(method.Endpoint.ToString())}.");
        code.Open($"public sealed class {request.Name} : ApiRequest");
        foreach (MemberModel member in request.Members)
        {
            code.Summary(_docs.Parameter(method.Endpoint.Path, member));
            code.Line($"public {(member.IsOptional ? "" : "required ")}{member.Type.CSharp}{(member.IsOptional ? "?" : "")} {member.Name} {{ get; init; }}");
            code.Line();
        }

        code.Line("/// <inheritdoc/>");
        code.Open("protected override void Write(ApiParameters parameters)");
        foreach (MemberModel member in request.Members)
        {
            code.Line($"parameters.{Add(member.Type)}({Literal.Text(member.WireName)}, {Value(member)});");
        }

        code.Close();
        code.Close();
    }

    private static string Value(MemberModel member) => member is { IsOptional: false, Type.Kind: CodeKind.Word } ? member.Name + ".Value" : member.Name;

    private static string Add(CodeType type) => type.Kind switch
    {
        CodeKind.Indexed => "AddIndexed",
        CodeKind.List => type.Item!.Kind switch
        {
            CodeKind.Word => "AddWords",
            CodeKind.PropertyString => "AddPropertyStrings",
            _ => "AddList",
        },
        _ => "Add",
    };
}
