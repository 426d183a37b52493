using ProxSharp.Ids;

namespace ProxSharp.Tasks;

/// <summary>Words for tasks in messages.</summary>
internal static class TaskText
{
    /// <summary>Names a task for people, for example <c>qmclone of 9000 on pve1</c>.</summary>
    public static string Describe(Upid upid) => upid.Id.Length > 0 ? $"{upid.Type} of {upid.Id} on {upid.Node}" : $"{upid.Type} on {upid.Node}";
}
