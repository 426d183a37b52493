using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Http;

namespace ProxSharp;

/// <summary>
/// Any call by verb and path, with the result as JSON: the way to what the typed API does not offer, or not yet. A path the API schema knows is
/// checked and encoded like a typed call; any other path is sent as it is.
/// </summary>
/// <example>
/// <code>
/// ApiResponse&lt;JsonElement&gt; guests = await client.Raw.GetAsync("/cluster/resources", new ApiParameters { { "type", "vm" } });
/// </code>
/// </example>
public sealed class RawApi
{
    private readonly ProxmoxConnection _connection;

    internal RawApi(ProxmoxConnection connection) => _connection = connection;

    /// <summary>Reads.</summary>
    /// <param name="path">The path below the API root, for example <c>/nodes/pve1/qemu/100/config</c>; the leading slash may be left out. A
    /// character with a meaning in paths that belongs to an id is percent-encoded: <c>local%3Aiso%2Fa.iso</c>.</param>
    /// <param name="parameters">The other parameters.</param>
    /// <param name="options">What this call does differently from the client's options.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ArgumentException">The path has a query, a fragment or a step upwards.</exception>
    public Task<ApiResponse<JsonElement>> GetAsync(
        string path, ApiParameters? parameters = null, ApiCallOptions? options = null, CancellationToken cancellationToken = default)
        => SendAsync(ApiMethod.Get, path, parameters, options, cancellationToken);

    /// <inheritdoc cref="GetAsync"/>
    public ApiResponse<JsonElement> Get(
        string path, ApiParameters? parameters = null, ApiCallOptions? options = null, CancellationToken cancellationToken = default)
        => Send(ApiMethod.Get, path, parameters, options, cancellationToken);

    /// <summary>Creates or starts something.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public Task<ApiResponse<JsonElement>> PostAsync(
        string path, ApiParameters? parameters = null, ApiCallOptions? options = null, CancellationToken cancellationToken = default)
        => SendAsync(ApiMethod.Post, path, parameters, options, cancellationToken);

    /// <inheritdoc cref="PostAsync"/>
    public ApiResponse<JsonElement> Post(
        string path, ApiParameters? parameters = null, ApiCallOptions? options = null, CancellationToken cancellationToken = default)
        => Send(ApiMethod.Post, path, parameters, options, cancellationToken);

    /// <summary>Changes something.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public Task<ApiResponse<JsonElement>> PutAsync(
        string path, ApiParameters? parameters = null, ApiCallOptions? options = null, CancellationToken cancellationToken = default)
        => SendAsync(ApiMethod.Put, path, parameters, options, cancellationToken);

    /// <inheritdoc cref="PutAsync"/>
    public ApiResponse<JsonElement> Put(
        string path, ApiParameters? parameters = null, ApiCallOptions? options = null, CancellationToken cancellationToken = default)
        => Send(ApiMethod.Put, path, parameters, options, cancellationToken);

    /// <summary>Removes something.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public Task<ApiResponse<JsonElement>> DeleteAsync(
        string path, ApiParameters? parameters = null, ApiCallOptions? options = null, CancellationToken cancellationToken = default)
        => SendAsync(ApiMethod.Delete, path, parameters, options, cancellationToken);

    /// <inheritdoc cref="DeleteAsync"/>
    public ApiResponse<JsonElement> Delete(
        string path, ApiParameters? parameters = null, ApiCallOptions? options = null, CancellationToken cancellationToken = default)
        => Send(ApiMethod.Delete, path, parameters, options, cancellationToken);

    /// <summary>Makes a call with any verb.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public Task<ApiResponse<JsonElement>> SendAsync(
        ApiMethod method, string path, ApiParameters? parameters = null, ApiCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        (ApiOperation operation, ApiParameters all) = RawPath.Resolve(_connection.Schema, method, path, parameters);
        return _connection.SendAsync(operation, all, ApiReaders.Element, options, cancellationToken);
    }

    /// <inheritdoc cref="SendAsync"/>
    public ApiResponse<JsonElement> Send(
        ApiMethod method, string path, ApiParameters? parameters = null, ApiCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        (ApiOperation operation, ApiParameters all) = RawPath.Resolve(_connection.Schema, method, path, parameters);
        return _connection.Send(operation, all, ApiReaders.Element, options, cancellationToken);
    }

    /// <summary>Sends a file with POST.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public Task<ApiResponse<JsonElement>> UploadAsync(
        string path, ApiUpload upload, ApiParameters? parameters = null, ApiCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        (ApiOperation operation, ApiParameters all) = RawPath.Resolve(_connection.Schema, ApiMethod.Post, path, parameters);
        return _connection.UploadAsync(operation, all, upload, ApiReaders.Element, options, cancellationToken);
    }

    /// <inheritdoc cref="UploadAsync"/>
    public ApiResponse<JsonElement> Upload(
        string path, ApiUpload upload, ApiParameters? parameters = null, ApiCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        (ApiOperation operation, ApiParameters all) = RawPath.Resolve(_connection.Schema, ApiMethod.Post, path, parameters);
        return _connection.Upload(operation, all, upload, ApiReaders.Element, options, cancellationToken);
    }

    /// <summary>Reads a raw byte stream with GET.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public Task<ApiDownload> DownloadAsync(
        string path, ApiParameters? parameters = null, ApiCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        (ApiOperation operation, ApiParameters all) = RawPath.Resolve(_connection.Schema, ApiMethod.Get, path, parameters);
        return _connection.DownloadAsync(operation, all, options, cancellationToken);
    }

    /// <inheritdoc cref="DownloadAsync"/>
    public ApiDownload Download(string path, ApiParameters? parameters = null, ApiCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        (ApiOperation operation, ApiParameters all) = RawPath.Resolve(_connection.Schema, ApiMethod.Get, path, parameters);
        return _connection.Download(operation, all, options, cancellationToken);
    }
}
