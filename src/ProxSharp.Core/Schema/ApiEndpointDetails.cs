namespace ProxSharp.Schema;

/// <summary>The parts of an endpoint that are only built when somebody asks for them.</summary>
internal sealed class ApiEndpointDetails
{
    public string? Name { get; init; }

    public string? Description { get; init; }

    public required IReadOnlyDictionary<string, ApiNode> Parameters { get; init; }

    public ApiVariants? Variants { get; init; }

    public bool AllowsExtraParameters { get; init; }

    public required ApiNode Returns { get; init; }

    public required ApiPermission Permission { get; init; }

    public ApiTaskKind Task { get; init; }

    public ApiTransportKind Transport { get; init; }

    public bool IsProtected { get; init; }

    public string? ProxyTo { get; init; }

    public bool AllowsToken { get; init; } = true;
}
