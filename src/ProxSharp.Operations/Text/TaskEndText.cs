using System.Net;
using ProxSharp.Http;

namespace ProxSharp.Operations.Text;

/// <summary>What the end of a task says, by the table that tells what the answers of calls say. Pure.</summary>
internal static class TaskEndText
{
    /// <summary>Tells what to do where a task ended because something held a lock, so that it did nothing; null for any other end.</summary>
    /// <param name="end">What the task ended with.</param>
    // Proxmox: a start or stop is accepted whatever holds the guest, and its task fails with what other calls are refused with.
    public static string? AdviceOnLock(string end) =>
        ErrorTable.Find((int)HttpStatusCode.InternalServerError, end) is { IsBusy: true, Hint: { } hint } ? hint : null;
}
