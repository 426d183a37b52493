using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using ProxSharp.Mcp.Text;
using ProxSharp.Operations.Plans;

namespace ProxSharp.Mcp.Approvals;

/// <summary>
/// The plans that wait for a person who answers on a page. Each has a key that nobody can guess, which only the client's program is told; the page is shown
/// and answered with it, once. Safe for concurrent use.
/// </summary>
public sealed class ApprovalDesk
{
    private const int KeyBytes = 32;
    private const int MostOpen = 256;

    private readonly ConcurrentDictionary<string, Open> _open = new(StringComparer.Ordinal);

    internal ApprovalDesk()
    {
    }

    /// <summary>
    /// The page for a key, as HTML without scripts: what the plan does, and a form with the field <c>answer</c> (<c>approve</c> or <c>decline</c>).
    /// </summary>
    /// <param name="key">The key.</param>
    /// <returns>The page; null if no plan waits under this key, or somebody has answered.</returns>
    public string? Render(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (!_open.TryGetValue(key, out Open? open) || open.Answer.Task.IsCompleted)
        {
            return null;
        }

        Plan plan = open.Plan;
        StringBuilder lines = new();
        foreach (string line in plan.Describe())
        {
            lines.Append("<li>").Append(WebUtility.HtmlEncode(SafeText.WithoutSecrets(line))).Append("</li>\n");
        }

        return $"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>Approve a plan</title></head>
            <body><h1>Apply this to {WebUtility.HtmlEncode(plan.Context)}?</h1>
            <ul>
            {lines}</ul>
            <form method="post"><button name="answer" value="approve">Approve</button> <button name="answer" value="decline">Decline</button></form>
            </body></html>
            """;
    }

    /// <summary>Answers. Each key can be answered once.</summary>
    /// <param name="key">The key.</param>
    /// <param name="approved">True to approve.</param>
    /// <returns>False if no plan waits under this key.</returns>
    public bool Answer(string key, bool approved)
    {
        ArgumentNullException.ThrowIfNull(key);
        return _open.TryGetValue(key, out Open? open) && open.Answer.TrySetResult(approved);
    }

    internal string Add(Plan plan)
    {
        if (_open.Count >= MostOpen)
        {
            foreach (string old in _open.Keys)
            {
                Close(old);
            }
        }

        string key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes));
        _open[key] = new Open(plan, new TaskCompletionSource<bool?>(TaskCreationOptions.RunContinuationsAsynchronously));
        return key;
    }

    internal void Close(string key)
    {
        if (_open.TryRemove(key, out Open? open))
        {
            open.Answer.TrySetResult(null);
        }
    }

    // Null if the page was closed without an answer.
    internal async Task<bool?> WaitAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return _open.TryGetValue(key, out Open? open) ? await open.Answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false) : null;
        }
        finally
        {
            Close(key);
        }
    }

    private sealed record Open(Plan Plan, TaskCompletionSource<bool?> Answer);
}
