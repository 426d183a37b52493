using ProxSharp.Api;

namespace ProxSharp.Http;

/// <summary>An exchange whose answer is an envelope.</summary>
/// <typeparam name="T">The result's type.</typeparam>
/// <param name="reader">Reads the result.</param>
internal readonly struct EnvelopeExchange<T>(ApiReader<T> reader) : IExchange<ApiResponse<T>>
{
    private readonly ApiReader<T> _reader = reader ?? throw new ArgumentNullException(nameof(reader));

    public bool KeepsScope => false;

    public ApiResponse<T> Send(Pipeline pipeline, ApiCall call, CallScope scope)
    {
        using ApiRequestMessage request = pipeline.Write(call);
        try
        {
            using HttpResponseMessage response = pipeline.Invoker.Send(request, scope.Token);
            using PooledBuffer body = ResponseBody.Read(response, scope.Token);
            return Interpret(call, request, response, body.Span, _reader);
        }
        catch (Exception exception) when (scope.Translate(request.Endpoint.Authority, exception) is { } failure)
        {
            throw failure;
        }
    }

    public Task<ApiResponse<T>> SendAsync(Pipeline pipeline, ApiCall call, CallScope scope) => SendAsync(pipeline, call, scope, _reader);

    private static async Task<ApiResponse<T>> SendAsync(Pipeline pipeline, ApiCall call, CallScope scope, ApiReader<T> reader)
    {
        using ApiRequestMessage request = pipeline.Write(call);
        try
        {
            using HttpResponseMessage response = await pipeline.Invoker.SendAsync(request, scope.Token).ConfigureAwait(false);
            using PooledBuffer body = await ResponseBody.ReadAsync(response, scope.Token).ConfigureAwait(false);
            return Interpret(call, request, response, body.Span, reader);
        }
        catch (Exception exception) when (scope.Translate(request.Endpoint.Authority, exception) is { } failure)
        {
            throw failure;
        }
    }

    private static ApiResponse<T> Interpret(ApiCall call, ApiRequestMessage request, HttpResponseMessage response, ReadOnlySpan<byte> body, ApiReader<T> reader)
        => response.IsSuccessStatusCode
            ? EnvelopeReader.Read(call, request.Endpoint.Authority, body, reader)
            : throw ErrorFactory.Create(call, request.Endpoint.Authority, response, body);
}
