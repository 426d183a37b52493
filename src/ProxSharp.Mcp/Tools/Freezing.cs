using ProxSharp.Mcp.Sites;

namespace ProxSharp.Mcp.Tools;

/// <summary>Says that changes are frozen before somebody plans, or asks a person about, what would be refused.</summary>
internal static class Freezing
{
    /// <summary>Adds a line to an answer, and a member <c>frozen</c>; nothing if changes are not frozen.</summary>
    public static ToolAnswer Add(AgentSite site, ToolAnswer answer)
    {
        if (site.Frozen is not { } frozen)
        {
            return answer;
        }

        answer.Value["frozen"] = frozen;
        return answer with { Text = $"{answer.Text}\n{frozen} Nothing is applied meanwhile." };
    }
}
