namespace ProxSharp.Cli.Agents;

/// <summary>The roles that an agent gets on a path of the access control list.</summary>
/// <param name="Path">The path.</param>
/// <param name="Roles">The names of the roles.</param>
internal sealed record AgentEntry(string Path, IReadOnlyList<string> Roles);
