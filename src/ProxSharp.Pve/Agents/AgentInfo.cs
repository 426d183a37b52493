namespace ProxSharp.Pve.Agents;

/// <summary>A guest agent.</summary>
/// <param name="Version">Its version.</param>
/// <param name="Commands">The commands it knows, and whether it carries them out.</param>
public sealed record AgentInfo(string Version, IReadOnlyDictionary<string, bool> Commands)
{
    /// <summary>Tells whether the agent carries a command out.</summary>
    /// <param name="command">The agent's own name of the command, for example <c>guest-exec</c>.</param>
    public bool Supports(string command) => Commands.GetValueOrDefault(command);
}
