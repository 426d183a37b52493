using ProxSharp.Operations;

namespace ProxSharp.Mcp;

/// <summary>A server that agents may reach: what it is, how it is reached, and what the guard before it allows.</summary>
public sealed record AgentContext
{
    /// <summary>The product of the server.</summary>
    public required ProxmoxProduct Product { get; init; }

    /// <summary>How the guard works. Its <see cref="GuardOptions.Context"/> is the name by which agents choose this server.</summary>
    public required GuardOptions Guard { get; init; }

    /// <summary>
    /// Tells how to reach the server. Called once, by the first tool that needs it: until then no secret is read and nothing is sent. A problem is an
    /// <see cref="AgentConnectionException"/>.
    /// </summary>
    public required Func<CancellationToken, ValueTask<ProxmoxClientOptions>> Connect { get; init; }

    /// <summary>
    /// Completes the command lines of messages that tell a person what to run, such as <c>prox approve</c>, so that they are about this server. Null (the
    /// default) leaves them as they are.
    /// </summary>
    public Func<string, string>? Commands { get; init; }

    /// <summary>Describes a server whose connection is known already.</summary>
    /// <param name="product">Its product.</param>
    /// <param name="client">How to reach it.</param>
    /// <param name="guard">How the guard works.</param>
    public static AgentContext Of(ProxmoxProduct product, ProxmoxClientOptions client, GuardOptions guard) =>
        new() { Product = product, Guard = guard, Connect = _ => ValueTask.FromResult(client) };
}
