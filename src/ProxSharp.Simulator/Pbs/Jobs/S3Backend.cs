using System.Text.Json.Nodes;
using ProxSharp.PropertyStrings;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Pbs.Jobs;

/// <summary>The bucket that a datastore keeps its chunks in.</summary>
/// <param name="Endpoint">The S3 endpoint.</param>
/// <param name="Bucket">The bucket; null if none is named.</param>
internal sealed record S3Backend(string Endpoint, string? Bucket)
{
    /// <summary>The configuration of S3 endpoints.</summary>
    public const string Config = "/config/s3";

    private const string FirstBucket = "backups";

    /// <summary>What a datastore is set to; null if it is on a disk.</summary>
    /// <exception cref="ApiFault">It names no endpoint.</exception>
    public static S3Backend? Of(JsonObject datastore)
    {
        if (datastore["backend"] is not JsonValue backend)
        {
            return null;
        }

        Dictionary<string, string> parts = new(StringComparer.Ordinal);
        foreach (PropertyStringEntry entry in PropertyStringEntries.Parse(ApiCall.TextOf(backend)).Items)
        {
            parts[entry.Key ?? "type"] = entry.Value;
        }

        return parts.GetValueOrDefault("type") != "s3" ? null
            : new S3Backend(parts.GetValueOrDefault("client") ?? throw new ApiFault(400, "missing s3 client for datastore backend"), parts.GetValueOrDefault("bucket"));
    }

    /// <summary>The buckets of an endpoint: one that every endpoint has, and those of datastores that are there from the start.</summary>
    public static SortedSet<string> Buckets(PbsState state, string endpoint)
    {
        SortedSet<string> buckets = new([FirstBucket], StringComparer.Ordinal);
        foreach (JsonObject store in state.Collections.Items(PbsState.DatastoreConfig).Values)
        {
            if (Of(store) is { Bucket: { } bucket } backend && backend.Endpoint == endpoint)
            {
                buckets.Add(bucket);
            }
        }

        return buckets;
    }

    /// <summary>Fails if an endpoint or a bucket is not there.</summary>
    /// <exception cref="ApiFault">It is not.</exception>
    public static void Demand(PbsState state, string endpoint, string bucket)
    {
        DemandEndpoint(state, endpoint);
        if (!Buckets(state, endpoint).Contains(bucket))
        {
            throw new ApiFault(400, $"head bucket failed: bucket '{bucket}' not found");
        }
    }

    /// <summary>Fails if an endpoint is not there.</summary>
    /// <exception cref="ApiFault">It is not.</exception>
    public static string DemandEndpoint(PbsState state, string endpoint) =>
        state.Collections.Find(Config, endpoint) is null ? throw new ApiFault(400, $"no such s3 '{endpoint}'") : endpoint;
}
