using ProxSharp.Ids;

namespace ProxSharp.Tasks;

/// <summary>Reads the answer of a call that starts a task.</summary>
internal static class StartedTask
{
    /// <summary>Returns the id of the task that the answer names.</summary>
    /// <exception cref="ProxmoxProtocolException">The answer names no task.</exception>
    public static Upid Read(string? answer) => Upid.TryParse(answer, out Upid upid)
        ? upid
        : throw new ProxmoxProtocolException($"The server was to answer with the id of a task and answered '{answer}'.");
}
