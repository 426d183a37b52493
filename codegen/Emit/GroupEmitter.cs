using ProxSharp.CodeGen.Docs;
using ProxSharp.CodeGen.Model;
using ProxSharp.CodeGen.Schema;

namespace ProxSharp.CodeGen.Emit;

/// <summary>Writes the classes of the API tree.</summary>
internal sealed class GroupEmitter
{
    private const string Tail = "ApiCallOptions? options = null, CancellationToken cancellationToken = default";

    private readonly Product _product;
    private readonly DocWriter _docs;

    /// <summary>Creates an emitter.</summary>
    public GroupEmitter(Product product, DocWriter docs) => (_product, _docs) = (product, docs);

    /// <summary>Writes a class.</summary>
    public void Emit(CodeWriter code, GroupModel group)
    {
        bool isRoot = group.Segments.Count == 0;
        code.Summary(isRoot ? $"Every endpoint of the {_product.Title} API as a typed method; the properties follow the tree of its paths." : _docs.Group(group));
        code.Open($"public sealed class {group.Name}");
        foreach (EndpointModel method in group.Methods)
        {
            code.Line($"private static readonly ApiOperation {Field(method)} = new(ApiMethod.{method.Endpoint.Method}, {Literal.Text(method.Endpoint.Path)});");
        }

        code.Line();
        code.Line("private readonly ApiConnection _connection;");
        code.Line();
        if (isRoot)
        {
            code.Summary("Creates the API on a connection.");
        }

        code.Line($"{(isRoot ? "public" : "internal")} {group.Name}(ApiConnection connection) => _connection = connection;");
        foreach (GroupModel child in group.Children.Values)
        {
            code.Line();
            code.Summary(_docs.Group(child));
            code.Line($"public {child.Name} {child.PropertyName} => new(_connection);");
        }

        foreach (EndpointModel method in group.Methods)
        {
            EmitMethod(code, method);
        }

        code.Close();
    }

    private void EmitMethod(CodeWriter code, EndpointModel method)
    {
        code.Line();
        code.Summary(_docs.Operation(method.Endpoint));
        foreach (MemberModel parameter in method.PathParameters)
        {
            code.Line($"/// <param name=\"{parameter.Name.TrimStart('@')}\">{_docs.Parameter(method.Endpoint.Path, parameter)}</param>");
        }

        code.Line($"/// <remarks>{DocWriter.OperationFacts(method.Endpoint)}</remarks>");
        string verb = method.Kind == CallKind.Plain ? "Send" : method.Kind.ToString();
        string arguments = Arguments(method);
        code.Line($"public {AsyncResult(method)} {method.Name}Async({Signature(method)}) =>");
        code.Line($"    _connection.{verb}Async({arguments}, options, cancellationToken);");
        code.Line();
        code.Line($"/// <inheritdoc cref=\"{method.Name}Async\"/>");
        code.Line($"public {Result(method) ?? "void"} {method.Name}({Signature(method)}) =>");
        code.Line($"    _connection.{verb}({arguments}, options, cancellationToken);");
    }

    private static string Field(EndpointModel method) => "s_" + char.ToLowerInvariant(method.Name[0]) + method.Name[1..];

    private static string Signature(EndpointModel method)
    {
        IEnumerable<string> parameters = method.PathParameters.Select(static parameter => $"{parameter.Type.CSharp} {parameter.Name}");
        if (method.Request is { IsRequired: true } required)
        {
            parameters = parameters.Append($"{required.Name} request");
        }

        if (method.Kind == CallKind.Upload)
        {
            parameters = parameters.Append("ApiUpload upload");
        }

        if (method.Request is { IsRequired: false } optional)
        {
            parameters = parameters.Append($"{optional.Name}? request = null");
        }

        return string.Join(", ", parameters.Append(Tail));
    }

    private static string Arguments(EndpointModel method)
    {
        string parameters = "new ApiParameters()";
        parameters += string.Concat(method.PathParameters.Select(static parameter => $".WithPath({Literal.Text(parameter.WireName)}, {parameter.Name})"));
        parameters += method.Request switch
        {
            null => "",
            { IsRequired: true } => ".WithRequired(request)",
            _ => ".With(request)",
        };
        string upload = method.Kind == CallKind.Upload ? ", upload" : "";
        string reader = method.Kind == CallKind.Download ? "" : ", " + ReaderText.Result(method);
        return $"{Field(method)}, {parameters}{upload}{reader}";
    }

    private static string AsyncResult(EndpointModel method) => Result(method) is { } result ? $"Task<{result}>" : "Task";

    private static string? Result(EndpointModel method)
    {
        if (method.Kind == CallKind.Download)
        {
            return "ApiDownload";
        }

        return method.Result.Kind == CodeKind.Nothing ? null : $"ApiResponse<{ReaderText.ResultType(method)}>";
    }
}
