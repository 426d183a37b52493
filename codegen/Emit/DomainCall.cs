using ProxSharp.CodeGen.Model;
using ProxSharp.CodeGen.Schema;
using ProxSharp.Schema;

namespace ProxSharp.CodeGen.Emit;

/// <summary>Words one method of the domain layer: the call of the API with the parameters that the handle knows, and what becomes of its result.</summary>
internal sealed class DomainCall
{
    private readonly DomainClass _model;
    private readonly EndpointModel _method;
    private readonly string _owner;
    private readonly string _task;

    /// <summary>Creates the words of a method.</summary>
    /// <param name="product">The product.</param>
    /// <param name="model">The class it belongs to.</param>
    /// <param name="method">The endpoint.</param>
    /// <param name="owner">What members of the handle are written with: empty in the handle itself.</param>
    public DomainCall(Product product, DomainClass model, EndpointModel method, string owner) =>
        (_task, _model, _method, _owner) = ($"{product.Prefix}Task", model, method, owner);

    /// <summary>The path parameters that the handle does not know.</summary>
    public IEnumerable<MemberModel> PathParameters => _method.PathParameters.Skip(_model.Scope.BoundParameters);

    /// <summary>The parameters of the method.</summary>
    public string Signature
    {
        get
        {
            IEnumerable<string> parameters = PathParameters.Select(static parameter => $"{parameter.Type.CSharp} {parameter.Name}");
            if (_method.Request is { } request)
            {
                parameters = parameters.Append(request.IsRequired ? $"{request.Name} request" : $"{request.Name}? request = null");
            }

            return string.Join(", ", parameters.Append("CancellationToken cancellationToken = default"));
        }
    }

    /// <summary>The type of the asynchronous method.</summary>
    public string AsyncResult => Result is { } result ? $"Task<{result}>" : "Task";

    /// <summary>The type of the synchronous method.</summary>
    public string SyncResult => Result ?? "void";

    /// <summary>The body of the asynchronous method.</summary>
    public string AsyncBody => Body("Async");

    /// <summary>The body of the synchronous method.</summary>
    public string SyncBody => Body("");

    private bool IsTask => _method.Result.Kind == CodeKind.Text && _method.Endpoint.Task is ApiTaskKind.Returns or ApiTaskKind.Undeclared or ApiTaskKind.Maybe;

    // A guest's node may change, so the handle gives the name of the one it is on now.
    private bool IsGuest => _model.Scope.BoundParameters == 2;

    private string? Result
    {
        get
        {
            if (_method.Kind == CallKind.Download)
            {
                return "ApiDownload";
            }

            if (IsTask)
            {
                return _method.IsResultOptional ? _task + "?" : _task;
            }

            return _method.Result.Kind == CodeKind.Nothing ? null : ReaderText.ResultType(_method);
        }
    }

    private string Body(string suffix)
    {
        IEnumerable<string> bound = IsGuest ? ["node", _owner + _model.Scope.Bind[0]] : _model.Scope.Bind.Select(member => _owner + member);
        IEnumerable<string> arguments = [.. bound, .. PathParameters.Select(static parameter => parameter.Name), .. _method.Request is null ? Array.Empty<string>() : ["request"]];
        string call = $"{_owner}Client.Api.{_model.ApiPath}.{_method.Name}{suffix}({string.Join(", ", arguments.Append("cancellationToken: cancellationToken"))})";
        if (IsGuest)
        {
            return $"{_owner}{(IsTask ? "CallForTask" : "Call")}{suffix}(node => {call}, cancellationToken)";
        }

        if (IsTask)
        {
            return $"{_owner}Client.Tasks.Started{suffix}({call})";
        }

        bool isBare = _method.Kind == CallKind.Download || _method.Result.Kind == CodeKind.Nothing;
        return isBare ? call : suffix.Length > 0 ? $"{call}.DataAsync()" : $"{call}.Data";
    }
}
