using ProxSharp.Api;

namespace ProxSharp.AccessControl;

/// <summary>
/// What everyday calls need whose declaration says it in prose alone, and whose refusal names no privilege. From the descriptions of the permissions in the API of
/// both products. Pure.
/// </summary>
internal static class ProseNeeds
{
    private const string Store = "/admin/datastore/{store}";

    // The privilege that suffices for all objects, and the one that does for those of the caller; null for none.
    private static readonly Dictionary<(ProxmoxProduct Product, ApiMethod Method, string Path), (string All, string? Own)> s_all = new()
    {
        [(ProxmoxProduct.VirtualEnvironment, ApiMethod.Post, "/nodes/{node}/qemu")] = ("VM.Allocate", null),
        [(ProxmoxProduct.VirtualEnvironment, ApiMethod.Post, "/nodes/{node}/lxc")] = ("VM.Allocate", null),
        [(ProxmoxProduct.BackupServer, ApiMethod.Get, $"{Store}/groups")] = ("Datastore.Audit", "Datastore.Backup"),
        [(ProxmoxProduct.BackupServer, ApiMethod.Delete, $"{Store}/groups")] = ("Datastore.Modify", "Datastore.Prune"),
        [(ProxmoxProduct.BackupServer, ApiMethod.Get, $"{Store}/snapshots")] = ("Datastore.Audit", "Datastore.Backup"),
        [(ProxmoxProduct.BackupServer, ApiMethod.Delete, $"{Store}/snapshots")] = ("Datastore.Modify", "Datastore.Prune"),
        [(ProxmoxProduct.BackupServer, ApiMethod.Post, $"{Store}/prune")] = ("Datastore.Modify", "Datastore.Prune"),
        [(ProxmoxProduct.BackupServer, ApiMethod.Get, $"{Store}/notes")] = ("Datastore.Audit", "Datastore.Backup"),
        [(ProxmoxProduct.BackupServer, ApiMethod.Get, $"{Store}/group-notes")] = ("Datastore.Audit", "Datastore.Backup"),
        [(ProxmoxProduct.BackupServer, ApiMethod.Get, $"{Store}/protected")] = ("Datastore.Audit", "Datastore.Backup"),
        [(ProxmoxProduct.BackupServer, ApiMethod.Get, $"{Store}/files")] = ("Datastore.Audit", "Datastore.Backup"),
        [(ProxmoxProduct.BackupServer, ApiMethod.Put, $"{Store}/notes")] = ("Datastore.Modify", "Datastore.Backup"),
        [(ProxmoxProduct.BackupServer, ApiMethod.Put, $"{Store}/group-notes")] = ("Datastore.Modify", "Datastore.Backup"),
        [(ProxmoxProduct.BackupServer, ApiMethod.Put, $"{Store}/protected")] = ("Datastore.Modify", "Datastore.Backup"),
        [(ProxmoxProduct.BackupServer, ApiMethod.Post, $"{Store}/verify")] = ("Datastore.Verify", "Datastore.Backup"),
        [(ProxmoxProduct.BackupServer, ApiMethod.Post, $"{Store}/change-owner")] = ("Datastore.Modify", "Datastore.Backup"),
        [(ProxmoxProduct.BackupServer, ApiMethod.Post, $"{Store}/prune-datastore")] = ("Datastore.Modify", "Datastore.Prune"),
        [(ProxmoxProduct.BackupServer, ApiMethod.Get, $"{Store}/status")] = ("Datastore.Audit", "Datastore.Backup"),
        [(ProxmoxProduct.BackupServer, ApiMethod.Get, $"{Store}/namespace")] = ("Datastore.Audit", "Datastore.Backup"),
        [(ProxmoxProduct.BackupServer, ApiMethod.Post, $"{Store}/namespace")] = ("Datastore.Modify", null),
        [(ProxmoxProduct.BackupServer, ApiMethod.Delete, $"{Store}/namespace")] = ("Datastore.Modify", null),
    };

    /// <summary>Finds it.</summary>
    /// <param name="product">The product.</param>
    /// <param name="method">The verb.</param>
    /// <param name="template">The path template.</param>
    /// <param name="parameters">The parameters of the call, those of the path included.</param>
    /// <returns>The path, the privilege that is enough there whoever owns what, and all of it in words; null for other calls.</returns>
    public static (string Path, string Privilege, string Text)? Of(ProxmoxProduct product, ApiMethod method, string template, ApiParameters parameters)
    {
        if (!s_all.TryGetValue((product, method, template), out (string All, string? Own) need))
        {
            return null;
        }

        string path = product == ProxmoxProduct.VirtualEnvironment
            ? parameters.Find("pool") is { Length: > 0 } pool ? $"/pool/{pool}" : $"/vms/{parameters.Find("vmid")}"
            : $"/datastore/{parameters.Find("store")}{(parameters.Find("ns") is { Length: > 0 } ns ? $"/{ns}" : "")}";
        string own = need.Own is null ? "" : $", or {need.Own} there for groups of one's own";
        return (path, need.All, $"{need.All} on {path}{own}");
    }
}
