using ProxSharp.Backup.Formats.Crypto;

namespace ProxSharp.Cli.Backups;

/// <summary>A key, still locked.</summary>
/// <param name="File">The key.</param>
/// <param name="Name">What it is called.</param>
internal sealed record FoundKey(KeyFile File, string Name);
