namespace ProxSharp.Pve.Guests;

/// <summary>High availability was asked to bring a guest to another state or node, and does not do it any more.</summary>
public sealed class HaGaveUpException : ProxmoxException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="guest">The guest, as messages call it.</param>
    /// <param name="node">The name of the node that it is on.</param>
    /// <param name="state">The state that high availability has it in; null if it tells none.</param>
    public HaGaveUpException(string guest, string node, string? state)
        : base(Compose(guest, node, state)) => (Node, State) = (node, state);

    /// <summary>The name of the node that the guest is on.</summary>
    public string Node { get; }

    /// <summary>
    /// The state that high availability has the guest in. In <c>error</c> it lets it be until somebody asks for the state <c>disabled</c>. Null if it tells none.
    /// </summary>
    public string? State { get; }

    /// <summary>True if high availability lets the guest be until somebody clears its error.</summary>
    public bool IsError => State == HaTracker.Error;

    private static string Compose(string guest, string node, string? state) =>
        $"High availability was asked and gave up: {guest} is on {node}, and its state there '{state ?? "unknown"}'"
            + (state == HaTracker.Error ? ". See the tasks of the guest for the reason, then ask for its state 'disabled' to clear the error." : ".");
}
