namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>What one of several nodes answered.</summary>
internal sealed class NodeAnswer<T>(string node, T? data, ProxmoxException? failure)
{
    /// <summary>The node.</summary>
    public string Node => node;

    /// <summary>Its data, unless it failed.</summary>
    public T Data => data!;

    /// <summary>Why there is no answer; null if there is one.</summary>
    public ProxmoxException? Failure => failure;
}
