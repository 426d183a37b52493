using ProxSharp.Pbs.Api;

namespace ProxSharp.Pbs;

/// <summary>The S3 endpoints that datastores can use.</summary>
public sealed partial class S3Endpoints
{
    internal S3Endpoints(PbsClient client) => Client = client;

    internal PbsClient Client { get; }

    /// <summary>Checks that a bucket can be reached and used.</summary>
    /// <param name="id">The endpoint.</param>
    /// <param name="bucket">The bucket.</param>
    /// <param name="storePrefix">The prefix of the objects in it, the name of a datastore as a rule; null for none.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ProxmoxApiException">The bucket cannot be reached or used; the message says why.</exception>
    /// <remarks><c>PUT /admin/s3/{s3-endpoint-id}/check</c>. Needs <c>Sys.Modify</c> on <c>/</c>.</remarks>
    public Task CheckAsync(string id, string bucket, string? storePrefix = null, CancellationToken cancellationToken = default) =>
        Client.Api.Admin.S3.CheckAsync(id, Check(bucket, storePrefix), cancellationToken: cancellationToken);

    /// <inheritdoc cref="CheckAsync"/>
    public void Check(string id, string bucket, string? storePrefix = null, CancellationToken cancellationToken = default) =>
        Client.Api.Admin.S3.Check(id, Check(bucket, storePrefix), cancellationToken: cancellationToken);

    /// <summary>Sets the request and traffic counters of a bucket to zero.</summary>
    /// <param name="id">The endpoint.</param>
    /// <param name="bucket">The bucket.</param>
    /// <param name="storePrefix">The prefix of the objects in it, the name of a datastore as a rule; null for none.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>PUT /admin/s3/{s3-endpoint-id}/reset-counters</c>. Needs <c>Sys.Modify</c> on <c>/</c>.</remarks>
    public Task ResetCountersAsync(string id, string bucket, string? storePrefix = null, CancellationToken cancellationToken = default) =>
        Client.Api.Admin.S3.ResetCountersAsync(id, Reset(bucket, storePrefix), cancellationToken: cancellationToken);

    /// <inheritdoc cref="ResetCountersAsync"/>
    public void ResetCounters(string id, string bucket, string? storePrefix = null, CancellationToken cancellationToken = default) =>
        Client.Api.Admin.S3.ResetCounters(id, Reset(bucket, storePrefix), cancellationToken: cancellationToken);

    private static AdminS3CheckRequest Check(string bucket, string? storePrefix) => new() { Bucket = bucket, StorePrefix = storePrefix };

    private static AdminS3ResetCountersRequest Reset(string bucket, string? storePrefix) => new() { Bucket = bucket, StorePrefix = storePrefix };
}
