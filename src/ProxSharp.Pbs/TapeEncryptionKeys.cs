namespace ProxSharp.Pbs;

/// <summary>The keys that backups on tape are encrypted with.</summary>
public sealed partial class TapeEncryptionKeys
{
    internal TapeEncryptionKeys(PbsClient client) => Client = client;

    internal PbsClient Client { get; }
}
