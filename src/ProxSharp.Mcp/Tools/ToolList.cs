using ProxSharp.Mcp.Approvals;
using ProxSharp.Mcp.Sites;

namespace ProxSharp.Mcp.Tools;

/// <summary>All tools for the products that are served: at most 20, so that a client can carry them all.</summary>
internal static class ToolList
{
    public static IReadOnlyList<GuardTool> Make(AgentSites sites, ApplyTool apply, TimeSpan patience)
    {
        IEnumerable<GuardTool> tools = new OverviewTool(sites).All();
        if (sites.Has(ProxmoxProduct.VirtualEnvironment))
        {
            tools = tools.Concat(new GuestTools(sites).All()).Concat(new StorageTools(sites).All());
        }

        tools = tools
            .Concat(new BackupTools(sites).All())
            .Concat(new BackupAuditTool(sites).All())
            .Concat(new TaskTools(sites, patience).All())
            .Concat(new AccessTool(sites).All())
            .Concat(new ApiTools(sites).All())
            .Concat(new ChangeTools(sites).All())
            .Concat(apply.All())
            .Concat(new AuditTool(sites).All());
        return
        [
            .. sites.HasSeveral
                ? tools.Select(static tool => tool.WithContext())
                : tools.Select(tool => tool.WithOnly(sites.All[0].Name)),
        ];
    }
}
