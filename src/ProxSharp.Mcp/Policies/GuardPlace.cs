using ProxSharp.Operations;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Mcp.Policies;

/// <summary>Where the rules for programs that act on their own are kept for a server, and what they leave behind.</summary>
/// <param name="Name">The name of the server for people.</param>
/// <param name="PolicyPath">The file with the policy, whether it is there or not.</param>
/// <param name="StateFolder">The folder for plans, approvals, the ledger and the freeze switch.</param>
/// <param name="IsSystem">True if the policy is one of the machine, which the user of this process need not own.</param>
internal sealed record GuardPlace(string Name, string PolicyPath, string StateFolder, bool IsSystem)
{
    /// <summary>
    /// True if there is a policy: then every command runs behind the guard. Something that is there and is no file counts too, and so does what cannot be
    /// looked at.
    /// </summary>
    public bool HasPolicy => PolicyFile.MayExist(PolicyPath);

    /// <summary>The folder of the freeze switch that holds for all servers of the user.</summary>
    public required string CommonFolder { get; init; }

    /// <summary>Why no policy is in force although there are some: the addresses of the server have different ones. Null if all is well.</summary>
    public string? Fault { get; init; }

    /// <summary>Reads the policy.</summary>
    /// <exception cref="GuardRefusedException">It cannot be read or understood, or there are several that differ.</exception>
    public GuardPolicy Load() => Fault is null ? GuardPolicy.Load(PolicyPath) : throw new GuardRefusedException("policy", Fault);
}
