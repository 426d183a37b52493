namespace ProxSharp.Api;

/// <summary>
/// Carries calls to a server: checks and encodes the parameters, authenticates, sends, and reads the answer. The generated API classes and
/// the raw API stand on it; it is safe for concurrent use.
/// </summary>
/// <remarks>
/// All methods throw <see cref="ProxmoxValidationException"/> for parameters that do not fit the schema, <see cref="ProxmoxConnectionException"/>
/// if no answer came, and <see cref="ProxmoxApiException"/> or one of its kinds if the server answered with an error.
/// </remarks>
public abstract class ApiConnection
{
    /// <summary>Makes a call.</summary>
    public abstract Task<ApiResponse<T>> SendAsync<T>(
        ApiOperation operation, ApiParameters parameters, ApiReader<T> reader, ApiCallOptions? options = null, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="SendAsync"/>
    public abstract ApiResponse<T> Send<T>(
        ApiOperation operation, ApiParameters parameters, ApiReader<T> reader, ApiCallOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Makes a call that sends a file.</summary>
    public abstract Task<ApiResponse<T>> UploadAsync<T>(
        ApiOperation operation,
        ApiParameters parameters,
        ApiUpload upload,
        ApiReader<T> reader,
        ApiCallOptions? options = null,
        CancellationToken cancellationToken = default);

    /// <inheritdoc cref="UploadAsync"/>
    public abstract ApiResponse<T> Upload<T>(
        ApiOperation operation,
        ApiParameters parameters,
        ApiUpload upload,
        ApiReader<T> reader,
        ApiCallOptions? options = null,
        CancellationToken cancellationToken = default);

    /// <summary>Makes a call whose answer is a raw byte stream.</summary>
    public abstract Task<ApiDownload> DownloadAsync(
        ApiOperation operation, ApiParameters parameters, ApiCallOptions? options = null, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="DownloadAsync"/>
    public abstract ApiDownload Download(
        ApiOperation operation, ApiParameters parameters, ApiCallOptions? options = null, CancellationToken cancellationToken = default);
}
