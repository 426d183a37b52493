namespace ProxSharp.Pbs;

/// <summary>The keys that sync jobs encrypt and decrypt backups with.</summary>
public sealed partial class EncryptionKeys
{
    internal EncryptionKeys(PbsClient client) => Client = client;

    internal PbsClient Client { get; }
}
