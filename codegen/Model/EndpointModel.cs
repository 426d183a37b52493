using ProxSharp.Schema;

namespace ProxSharp.CodeGen.Model;

/// <summary>A method of a group.</summary>
internal sealed class EndpointModel
{
    /// <summary>The facts.</summary>
    public required ApiEndpoint Endpoint { get; init; }

    /// <summary>The method's name without <c>Async</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The path parameters in the order of the path.</summary>
    public required IReadOnlyList<MemberModel> PathParameters { get; init; }

    /// <summary>The request; null if there are no parameters beside the path.</summary>
    public required RequestModel? Request { get; init; }

    /// <summary>The type of the result.</summary>
    public required CodeType Result { get; init; }

    /// <summary>True if the server may answer null instead of the result.</summary>
    public required bool IsResultOptional { get; init; }

    /// <summary>What travels.</summary>
    public required CallKind Kind { get; init; }
}
