using System.Text;
using ProxSharp.Api;

namespace ProxSharp.AccessControl;

/// <summary>
/// What everyday calls need whose declaration says it in prose alone, and whose refusal names no privilege. From the descriptions of the permissions in the API of
/// both products. Pure.
/// </summary>
internal static class ProseNeeds
{
    // Product, verb, path, the privilege that suffices for all objects, the one that does for those of the caller (- for none), and the path of the access control
    // list. Where a job names its datastore, the path above all datastores is told. One text, because a table of tuples takes a lot of code.
    private static ReadOnlySpan<byte> Table => """

        PVE POST /nodes/{node}/qemu VM.Allocate - /vms/{vmid}
        PVE POST /nodes/{node}/lxc VM.Allocate - /vms/{vmid}
        PBS GET /admin/datastore/{store}/groups Datastore.Audit Datastore.Backup /datastore/{store}/{ns}
        PBS DELETE /admin/datastore/{store}/groups Datastore.Modify Datastore.Prune /datastore/{store}/{ns}
        PBS GET /admin/datastore/{store}/snapshots Datastore.Audit Datastore.Backup /datastore/{store}/{ns}
        PBS DELETE /admin/datastore/{store}/snapshots Datastore.Modify Datastore.Prune /datastore/{store}/{ns}
        PBS POST /admin/datastore/{store}/prune Datastore.Modify Datastore.Prune /datastore/{store}/{ns}
        PBS GET /admin/datastore/{store}/notes Datastore.Audit Datastore.Backup /datastore/{store}/{ns}
        PBS GET /admin/datastore/{store}/group-notes Datastore.Audit Datastore.Backup /datastore/{store}/{ns}
        PBS GET /admin/datastore/{store}/protected Datastore.Audit Datastore.Backup /datastore/{store}/{ns}
        PBS GET /admin/datastore/{store}/files Datastore.Audit Datastore.Backup /datastore/{store}/{ns}
        PBS PUT /admin/datastore/{store}/notes Datastore.Modify Datastore.Backup /datastore/{store}/{ns}
        PBS PUT /admin/datastore/{store}/group-notes Datastore.Modify Datastore.Backup /datastore/{store}/{ns}
        PBS PUT /admin/datastore/{store}/protected Datastore.Modify Datastore.Backup /datastore/{store}/{ns}
        PBS POST /admin/datastore/{store}/verify Datastore.Verify Datastore.Backup /datastore/{store}/{ns}
        PBS POST /admin/datastore/{store}/change-owner Datastore.Modify Datastore.Backup /datastore/{store}/{ns}
        PBS POST /admin/datastore/{store}/prune-datastore Datastore.Modify Datastore.Prune /datastore/{store}/{ns}
        PBS GET /admin/datastore/{store}/status Datastore.Audit Datastore.Backup /datastore/{store}/{ns}
        PBS GET /admin/datastore/{store}/namespace Datastore.Audit Datastore.Backup /datastore/{store}/{ns}
        PBS POST /admin/datastore/{store}/namespace Datastore.Modify - /datastore/{store}/{ns}
        PBS DELETE /admin/datastore/{store}/namespace Datastore.Modify - /datastore/{store}/{ns}
        PBS GET /admin/datastore/{store}/catalog Datastore.Read Datastore.Backup /datastore/{store}/{ns}
        PBS GET /admin/datastore/{store}/download Datastore.Read Datastore.Backup /datastore/{store}/{ns}
        PBS GET /admin/datastore/{store}/download-decoded Datastore.Read Datastore.Backup /datastore/{store}/{ns}
        PBS GET /admin/datastore/{store}/pxar-file-download Datastore.Read Datastore.Backup /datastore/{store}/{ns}
        PBS POST /admin/datastore/{store}/upload-backup-log Datastore.Backup - /datastore/{store}/{ns}
        PBS POST /admin/datastore/{store}/move-group Datastore.Modify - /datastore/{store}/{ns}
        PBS POST /admin/datastore/{store}/move-namespace Datastore.Modify - /datastore/{store}/{ns}
        PBS GET /reader Datastore.Read Datastore.Backup /datastore/{store}/{ns}
        PBS GET /backup Datastore.Backup - /datastore/{store}/{ns}
        PBS POST /config/prune Datastore.Modify - /datastore/{store}
        PBS POST /config/verify Datastore.Verify - /datastore/{store}
        PBS POST /config/sync Datastore.Backup - /datastore/{store}/{ns}
        PBS GET /config/prune/{id} Datastore.Audit - /datastore
        PBS PUT /config/prune/{id} Datastore.Modify - /datastore
        PBS DELETE /config/prune/{id} Datastore.Modify - /datastore
        PBS POST /admin/prune/{id}/run Datastore.Modify - /datastore
        PBS GET /config/verify/{id} Datastore.Audit - /datastore
        PBS PUT /config/verify/{id} Datastore.Verify - /datastore
        PBS DELETE /config/verify/{id} Datastore.Verify - /datastore
        PBS POST /admin/verify/{id}/run Datastore.Verify - /datastore
        PBS GET /config/sync/{id} Datastore.Audit - /datastore
        PBS PUT /config/sync/{id} Datastore.Backup - /datastore
        PBS DELETE /config/sync/{id} Datastore.Backup - /datastore
        PBS POST /admin/sync/{id}/run Datastore.Backup - /datastore
        PBS POST /pull Datastore.Backup - /datastore/{store}/{ns}
        PBS POST /push Datastore.Read - /datastore/{store}/{ns}
        PBS POST /tape/backup Datastore.Read - /datastore/{store}
        PBS POST /tape/backup/{id} Datastore.Read - /datastore
        PBS POST /tape/restore Datastore.Backup - /datastore
        PBS GET /nodes/{node}/tasks/{upid}/status Sys.Audit - /system/tasks
        PBS GET /nodes/{node}/tasks/{upid}/log Sys.Audit - /system/tasks
        PBS DELETE /nodes/{node}/tasks/{upid} Sys.Modify - /system/tasks
        PBS PUT /access/acl Permissions.Modify - /access/acl

        """u8;

    private static string All => field ??= Encoding.UTF8.GetString(Table);

    /// <summary>Finds it.</summary>
    /// <param name="product">The product.</param>
    /// <param name="method">The verb.</param>
    /// <param name="template">The path template.</param>
    /// <param name="parameters">The parameters of the call, those of the path included.</param>
    /// <returns>The path, the privilege that is enough there whoever owns what, and all of it in words; null for other calls.</returns>
    public static (string Path, string Privilege, string Text)? Of(ProxmoxProduct product, ApiMethod method, string template, ApiParameters parameters)
    {
        string name = $"\n{(product == ProxmoxProduct.VirtualEnvironment ? "PVE" : "PBS")} {method.ToVerb()} {template} ";
        int start = All.IndexOf(name, StringComparison.Ordinal);
        if (start < 0)
        {
            return null;
        }

        start += name.Length;
        string[] need = All[start..All.IndexOf('\n', start)].Split(' ');
        string path = product == ProxmoxProduct.VirtualEnvironment && parameters.Find("pool") is { Length: > 0 } pool ? $"/pool/{pool}" : Fill(need[2], parameters);
        string own = need[1] == "-" ? "" : $", or {need[1]} there for groups of one's own";
        return (path, need[0], $"{need[0]} on {path}{own}");
    }

    // What the call does not name, such as a namespace, is no step.
    private static string Fill(string template, ApiParameters parameters)
    {
        string path = "";
        foreach (string part in template.Split('/'))
        {
            string step = part.StartsWith('{') ? parameters.Find(part[1..^1]) ?? "" : part;
            path += step.Length > 0 ? $"/{step}" : "";
        }

        return path;
    }
}
