namespace ProxSharp.Pbs;

/// <summary>The other backup servers that this one copies backups from or to.</summary>
public sealed partial class Remotes
{
    internal Remotes(PbsClient client) => Client = client;

    internal PbsClient Client { get; }
}
