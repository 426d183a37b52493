using System.Text;
using ProxSharp.Json;

namespace ProxSharp.Api.Tests;

/// <summary>Records calls and lets the caller's reader read a fixed reply.</summary>
internal sealed class RecordingConnection(string reply = "null") : ApiConnection
{
    public List<RecordedCall> Calls { get; } = [];

    public override Task<ApiResponse<T>> SendAsync<T>(ApiOperation operation, ApiParameters parameters, ApiReader<T> reader, ApiCallOptions? options = null, CancellationToken cancellationToken = default)
        => Task.FromResult(Answer(new RecordedCall(operation, parameters, null, IsAsync: true, IsDownload: false), reader));

    public override ApiResponse<T> Send<T>(ApiOperation operation, ApiParameters parameters, ApiReader<T> reader, ApiCallOptions? options = null, CancellationToken cancellationToken = default)
        => Answer(new RecordedCall(operation, parameters, null, IsAsync: false, IsDownload: false), reader);

    public override Task<ApiResponse<T>> UploadAsync<T>(ApiOperation operation, ApiParameters parameters, ApiUpload upload, ApiReader<T> reader, ApiCallOptions? options = null, CancellationToken cancellationToken = default)
        => Task.FromResult(Answer(new RecordedCall(operation, parameters, upload, IsAsync: true, IsDownload: false), reader));

    public override ApiResponse<T> Upload<T>(ApiOperation operation, ApiParameters parameters, ApiUpload upload, ApiReader<T> reader, ApiCallOptions? options = null, CancellationToken cancellationToken = default)
        => Answer(new RecordedCall(operation, parameters, upload, IsAsync: false, IsDownload: false), reader);

    public override Task<ApiDownload> DownloadAsync(ApiOperation operation, ApiParameters parameters, ApiCallOptions? options = null, CancellationToken cancellationToken = default)
        => Task.FromResult(Stream(new RecordedCall(operation, parameters, null, IsAsync: true, IsDownload: true)));

    public override ApiDownload Download(ApiOperation operation, ApiParameters parameters, ApiCallOptions? options = null, CancellationToken cancellationToken = default)
        => Stream(new RecordedCall(operation, parameters, null, IsAsync: false, IsDownload: true));

    private ApiResponse<T> Answer<T>(RecordedCall call, ApiReader<T> reader)
    {
        Calls.Add(call);
        byte[] bytes = Encoding.UTF8.GetBytes(reply);
        ApiJsonReader json = new(bytes);
        T data = reader(ref json);
        Assert.Equal(bytes.Length, json.BytesConsumed);
        return new ApiResponse<T>(data);
    }

    private ApiDownload Stream(RecordedCall call)
    {
        Calls.Add(call);
        return new ApiDownload(new MemoryStream([1, 2, 3]), 3, null, new MemoryStream());
    }
}
