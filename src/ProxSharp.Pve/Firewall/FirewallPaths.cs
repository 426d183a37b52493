using ProxSharp.Api;

namespace ProxSharp.Pve.Firewall;

/// <summary>The endpoints below the path of a scope. Not every scope has all of them.</summary>
internal sealed class FirewallPaths
{
    public static readonly FirewallPaths Cluster = new("/cluster/firewall");
    public static readonly FirewallPaths Node = new("/nodes/{node}/firewall");
    public static readonly FirewallPaths Machine = new("/nodes/{node}/qemu/{vmid}/firewall");
    public static readonly FirewallPaths Container = new("/nodes/{node}/lxc/{vmid}/firewall");
    public static readonly FirewallPaths Vnet = new("/cluster/sdn/vnets/{vnet}/firewall");

    // The rules of a group lie at the group itself.
    public static readonly FirewallPaths Group = new("/cluster/firewall/groups/{group}", "");

    private FirewallPaths(string root, string rules = "/rules")
    {
        rules = root + rules;
        (ListRules, AddRule) = (Get(rules), Post(rules));
        (GetRule, UpdateRule, DeleteRule) = (Get(rules + "/{pos}"), Put(rules + "/{pos}"), Delete(rules + "/{pos}"));
        (ListAliases, CreateAlias) = (Get(root + "/aliases"), Post(root + "/aliases"));
        (GetAlias, UpdateAlias, DeleteAlias) = (Get(root + "/aliases/{name}"), Put(root + "/aliases/{name}"), Delete(root + "/aliases/{name}"));
        (ListSets, CreateSet) = (Get(root + "/ipset"), Post(root + "/ipset"));
        (ListEntries, AddEntry, DeleteSet) = (Get(root + "/ipset/{name}"), Post(root + "/ipset/{name}"), Delete(root + "/ipset/{name}"));
        string entry = root + "/ipset/{name}/{cidr}";
        (GetEntry, UpdateEntry, DeleteEntry) = (Get(entry), Put(entry), Delete(entry));
        (ListReferences, ListLog) = (Get(root + "/refs"), Get(root + "/log"));
        (GetOptions, UpdateOptions) = (Get(root + "/options"), Put(root + "/options"));
    }

    public ApiOperation ListRules { get; }

    public ApiOperation AddRule { get; }

    public ApiOperation GetRule { get; }

    public ApiOperation UpdateRule { get; }

    public ApiOperation DeleteRule { get; }

    public ApiOperation ListAliases { get; }

    public ApiOperation CreateAlias { get; }

    public ApiOperation GetAlias { get; }

    public ApiOperation UpdateAlias { get; }

    public ApiOperation DeleteAlias { get; }

    public ApiOperation ListSets { get; }

    public ApiOperation CreateSet { get; }

    public ApiOperation DeleteSet { get; }

    public ApiOperation ListEntries { get; }

    public ApiOperation AddEntry { get; }

    public ApiOperation GetEntry { get; }

    public ApiOperation UpdateEntry { get; }

    public ApiOperation DeleteEntry { get; }

    public ApiOperation ListReferences { get; }

    public ApiOperation ListLog { get; }

    public ApiOperation GetOptions { get; }

    public ApiOperation UpdateOptions { get; }

    private static ApiOperation Get(string path) => new(ApiMethod.Get, path);

    private static ApiOperation Post(string path) => new(ApiMethod.Post, path);

    private static ApiOperation Put(string path) => new(ApiMethod.Put, path);

    private static ApiOperation Delete(string path) => new(ApiMethod.Delete, path);
}
