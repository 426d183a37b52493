using ProxSharp.Ids;
using ProxSharp.Pbs.Api;

namespace ProxSharp.Pbs.Backups;

/// <summary>How a datastore is configured.</summary>
/// <param name="Settings">The settings.</param>
/// <param name="Digest">
/// The digest of the configuration file; null if the server gave none. Given back with a change, it makes the server refuse the change if somebody else
/// changed the file in between.
/// </param>
public sealed record DatastoreConfig(ConfigDatastoreItem Settings, Digest? Digest);
