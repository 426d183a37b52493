namespace ProxSharp.Simulator.Pbs.Jobs;

/// <summary>The paths of the lists of jobs.</summary>
internal static class JobKind
{
    public const string Sync = "/config/sync";
    public const string Prune = "/config/prune";
    public const string Verify = "/config/verify";
}
