namespace ProxSharp.Pbs;

/// <summary>The pools that tapes belong to.</summary>
public sealed partial class TapeMediaPools
{
    internal TapeMediaPools(PbsClient client) => Client = client;

    internal PbsClient Client { get; }
}
