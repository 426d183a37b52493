using ProxSharp.Api;
using ProxSharp.Schema;

namespace ProxSharp.Simulator.Collections;

/// <summary>Endpoints that together manage the objects of one kind: list and create on a path, get, update and delete below it.</summary>
internal sealed class CollectionFamily
{
    /// <summary>The path of the list, for example <c>/cluster/backup</c>.</summary>
    public required string Parent { get; init; }

    /// <summary>The path of one object, for example <c>/cluster/backup/{id}</c>.</summary>
    public required string Item { get; init; }

    /// <summary>The parameter that names an object.</summary>
    public required string Key { get; init; }

    /// <summary>True if objects are numbered by their place in the list instead of named.</summary>
    public bool IsOrdered => Key == "pos";

    /// <summary>Proxmox VE: true if a change writes the object anew, so that what it does not say is dropped.</summary>
    public bool IsWhole => Item.EndsWith("/firewall/ipset/{name}/{cidr}", StringComparison.Ordinal) || Item.EndsWith("/firewall/aliases/{name}", StringComparison.Ordinal);

    /// <summary>The last fixed part of the path, for example <c>backup</c>.</summary>
    public string Noun => Parent.Split('/').Last(static segment => segment.Length > 0 && !segment.StartsWith('{'));

    /// <summary>Finds all families of a schema.</summary>
    public static IEnumerable<CollectionFamily> Find(ApiSchema schema)
    {
        foreach (string item in schema.Endpoints.Select(static endpoint => endpoint.Path).Distinct().Where(static path => path.EndsWith('}')))
        {
            int slash = item.LastIndexOf('/');
            string parent = item[..slash];
            string key = item[(slash + 2)..^1];
            bool removable = schema.Find(ApiMethod.Delete, item) is not null;
            bool creates = schema.Find(ApiMethod.Post, parent)?.Parameters.ContainsKey(key) == true || schema.Find(ApiMethod.Post, item)?.Parameters.ContainsKey(key) == true;
            if (removable && creates && parent.Length > 0)
            {
                yield return new CollectionFamily { Parent = parent, Item = item, Key = key };
            }
        }
    }
}
