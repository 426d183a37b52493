using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Mcp.Sites;
using ProxSharp.Mcp.Text;
using ProxSharp.Operations.Text;

namespace ProxSharp.Mcp.Tools;

/// <summary>Reads several things for one answer. What cannot be read is named in the answer instead of making it fail.</summary>
internal sealed class Reading(AgentSite site, CancellationToken cancellationToken)
{
    private readonly List<string> _missing = [];

    /// <summary>True if all could be read so far.</summary>
    public bool IsWhole => _missing.Count == 0;

    /// <summary>Reads a list; empty if it cannot be read.</summary>
    public async Task<IReadOnlyList<JsonElement>> ListAsync(string path, ApiParameters? parameters = null)
    {
        try
        {
            return await site.ListAsync(path, parameters, cancellationToken).ConfigureAwait(false);
        }
        catch (ProxmoxApiException e)
        {
            Miss(path, e);
            return [];
        }
    }

    /// <summary>Reads a list that comes in pages; what cannot be read of it is missing.</summary>
    public async Task<IReadOnlyList<JsonElement>> PagesAsync(string path, ApiParameters parameters)
    {
        List<JsonElement> entries = [];
        try
        {
            long total = await ServerPages.ReadAsync(page => site.ReadAsync(path, page, cancellationToken), parameters, 0, ServerPages.Most, entries)
                .ConfigureAwait(false);
            if (total > entries.Count)
            {
                Miss(string.Create(CultureInfo.InvariantCulture, $"{path}: all but the first {entries.Count} of {total}"));
            }
        }
        catch (ProxmoxApiException e)
        {
            Miss(path, e);
        }

        return entries;
    }

    /// <summary>Names something that could not be read.</summary>
    public void Miss(string what)
    {
        // Several may be read at once.
        lock (_missing)
        {
            _missing.Add(what);
        }
    }

    /// <summary>Reads an object; of kind undefined if it cannot be read.</summary>
    public async Task<JsonElement> GetAsync(string path, ApiParameters? parameters = null)
    {
        try
        {
            return await site.GetAsync(path, parameters, cancellationToken).ConfigureAwait(false);
        }
        catch (ProxmoxApiException e)
        {
            Miss(path, e);
            return default;
        }
    }

    /// <summary>Reads in another way; the default value if it cannot be read.</summary>
    public async Task<T?> TryAsync<T>(string path, Func<Task<T>> read)
        where T : class
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (ProxmoxApiException e)
        {
            Miss(path, e);
            return null;
        }
    }

    /// <summary>Reads what one of several contexts has: that its server is down is told, and no reason to be silent about the others.</summary>
    /// <param name="context">The context.</param>
    /// <param name="isOneOfSeveral">True if others are read for the same answer.</param>
    /// <param name="read">Reads.</param>
    public async Task OfContextAsync(AgentSite context, bool isOneOfSeveral, Func<Task> read)
    {
        try
        {
            await read().ConfigureAwait(false);
        }
        catch (Exception e) when (isOneOfSeveral && e is ProxmoxException or AgentConnectionException)
        {
            Miss($"{context.Name}: {SafeText.Of(SafeText.WithoutSecrets(e.Message), "error", 300)}");
        }
    }

    /// <summary>Adds what is missing to an answer.</summary>
    public ToolAnswer Complete(ToolAnswer answer)
    {
        if (_missing.Count == 0)
        {
            return answer;
        }

        JsonArray all = answer.Value["missing"] as JsonArray ?? [];
        answer.Value["missing"] = all;
        foreach (string line in _missing)
        {
            all.Add((JsonNode)line);
        }

        return answer with { Text = $"{answer.Text}\n(not read: {string.Join("; ", _missing)})" };
    }

    private void Miss(string path, ProxmoxApiException e) => Miss(e.StatusCode == HttpStatusCode.Forbidden
        ? $"{path}: the API token may not read it"
        : $"{path}: {UntrustedText.Clean(SafeText.WithoutSecrets(e.Message), 160)}");
}
