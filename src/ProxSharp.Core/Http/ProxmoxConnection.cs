using Microsoft.Extensions.Logging;
using ProxSharp.Api;
using ProxSharp.Authentication;
using ProxSharp.Schema;

namespace ProxSharp.Http;

/// <summary>Carries calls over HTTP: checks, encodes, sends through the chain of handlers, reads, and repeats what is safe.</summary>
internal sealed class ProxmoxConnection : ApiConnection, IDisposable
{
    private readonly ProxmoxClientOptions _options;
    private readonly RequestWriter _writer;
    private readonly RetryPolicy _retry;
    private readonly EndpointSelector _endpoints;
    private readonly HttpMessageInvoker _invoker;
    private readonly ClientLog _log;
    private volatile SchemaRules _rules;

    public ProxmoxConnection(ProxmoxClientOptions options, ProxmoxProduct product, ApiSchema schema)
    {
        OptionsCheck.Check(options);
        _options = options;
        _rules = SchemaRules.Of(schema);
        _writer = new RequestWriter(product, options.UserAgent);
        _retry = new RetryPolicy(options.Retry);
        _endpoints = new EndpointSelector(options.Endpoints);
        _log = new ClientLog(options.LoggerFactory);
        _invoker = new HttpMessageInvoker(HandlerChain.Create(options, product, _endpoints, _log), disposeHandler: true);
    }

    /// <summary>The schema that calls are checked against.</summary>
    public ApiSchema Schema
    {
        get => _rules.Schema;
        set => _rules = SchemaRules.Of(value);
    }

    /// <summary>The endpoint that answered last.</summary>
    public ProxmoxEndpoint CurrentEndpoint => _endpoints.Current;

    /// <inheritdoc/>
    public override Task<ApiResponse<T>> SendAsync<T>(
        ApiOperation operation, ApiParameters parameters, ApiReader<T> reader, ApiCallOptions? options = null, CancellationToken cancellationToken = default)
        => RunAsync(operation, parameters, null, reader, options, cancellationToken);

    /// <inheritdoc/>
    public override ApiResponse<T> Send<T>(
        ApiOperation operation, ApiParameters parameters, ApiReader<T> reader, ApiCallOptions? options = null, CancellationToken cancellationToken = default)
        => Run(operation, parameters, null, reader, options, cancellationToken);

    /// <inheritdoc/>
    public override Task<ApiResponse<T>> UploadAsync<T>(
        ApiOperation operation, ApiParameters parameters, ApiUpload upload, ApiReader<T> reader, ApiCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(upload);
        return RunAsync(operation, parameters, upload, reader, options, cancellationToken);
    }

    /// <inheritdoc/>
    public override ApiResponse<T> Upload<T>(
        ApiOperation operation, ApiParameters parameters, ApiUpload upload, ApiReader<T> reader, ApiCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(upload);
        return Run(operation, parameters, upload, reader, options, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<ApiDownload> DownloadAsync(
        ApiOperation operation, ApiParameters parameters, ApiCallOptions? options = null, CancellationToken cancellationToken = default)
        => throw new NotSupportedException();

    /// <inheritdoc/>
    public override ApiDownload Download(
        ApiOperation operation, ApiParameters parameters, ApiCallOptions? options = null, CancellationToken cancellationToken = default)
        => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Dispose() => _invoker.Dispose();

    private async Task<ApiResponse<T>> RunAsync<T>(
        ApiOperation operation, ApiParameters parameters, ApiUpload? upload, ApiReader<T> reader, ApiCallOptions? options, CancellationToken cancellationToken)
    {
        ApiCall call = Prepare(operation, parameters, upload, options);
        using CallScope scope = new(call, _endpoints.Current, _options.TimeProvider, cancellationToken);
        for (int attempt = 1; ; attempt++)
        {
            TimeSpan pause;
            try
            {
                return await SendOnceAsync(call, reader, scope).ConfigureAwait(false);
            }
            catch (ProxmoxException failure) when (MustRepeat(call, failure, attempt, scope, out pause))
            {
                Telemetry.CountRetry(scope.Activity, attempt);
            }

            await scope.WaitAsync(pause).ConfigureAwait(false);
        }
    }

    private ApiResponse<T> Run<T>(
        ApiOperation operation, ApiParameters parameters, ApiUpload? upload, ApiReader<T> reader, ApiCallOptions? options, CancellationToken cancellationToken)
    {
        ApiCall call = Prepare(operation, parameters, upload, options);
        using CallScope scope = new(call, _endpoints.Current, _options.TimeProvider, cancellationToken);
        for (int attempt = 1; ; attempt++)
        {
            TimeSpan pause;
            try
            {
                return SendOnce(call, reader, scope);
            }
            catch (ProxmoxException failure) when (MustRepeat(call, failure, attempt, scope, out pause))
            {
                Telemetry.CountRetry(scope.Activity, attempt);
            }

            scope.Wait(pause);
        }
    }

    private async Task<ApiResponse<T>> SendOnceAsync<T>(ApiCall call, ApiReader<T> reader, CallScope scope)
    {
        using ApiRequestMessage request = _writer.Write(call, _endpoints.Current);
        try
        {
            using HttpResponseMessage response = await _invoker.SendAsync(request, scope.Token).ConfigureAwait(false);
            using PooledBuffer body = await ResponseBody.ReadAsync(response, scope.Token).ConfigureAwait(false);
            return Interpret(call, request, response, body.Span, reader);
        }
        catch (Exception exception) when (scope.Translate(request.Endpoint.Authority, exception) is { } failure)
        {
            throw failure;
        }
    }

    private ApiResponse<T> SendOnce<T>(ApiCall call, ApiReader<T> reader, CallScope scope)
    {
        using ApiRequestMessage request = _writer.Write(call, _endpoints.Current);
        try
        {
            using HttpResponseMessage response = _invoker.Send(request, scope.Token);
            using PooledBuffer body = ResponseBody.Read(response, scope.Token);
            return Interpret(call, request, response, body.Span, reader);
        }
        catch (Exception exception) when (scope.Translate(request.Endpoint.Authority, exception) is { } failure)
        {
            throw failure;
        }
    }

    private static ApiResponse<T> Interpret<T>(ApiCall call, ApiRequestMessage request, HttpResponseMessage response, ReadOnlySpan<byte> body, ApiReader<T> reader)
        => response.IsSuccessStatusCode
            ? EnvelopeReader.Read(call, request.Endpoint.Authority, body, reader)
            : throw ErrorFactory.Create(call, request.Endpoint.Authority, response, body);

    private ApiCall Prepare(ApiOperation operation, ApiParameters parameters, ApiUpload? upload, ApiCallOptions? options)
    {
        ArgumentNullException.ThrowIfNull(operation);
        ArgumentNullException.ThrowIfNull(parameters);
        SchemaRules rules = _rules;
        OperationBinding binding = operation.Bind(rules.Schema);
        if (binding.HasEncodedTexts)
        {
            parameters = binding.EncodeTexts(parameters);
        }

        if (binding.Endpoint is not null && (options?.ValidateParameters ?? _options.ValidateParameters))
        {
            rules.Validator.Validate(binding.Endpoint, parameters);
        }

        ApiCall call = new(operation, binding, parameters, options, _options) { Upload = upload };
        _log.Calling(call);
        return call;
    }

    private bool MustRepeat(ApiCall call, ProxmoxException failure, int attempt, CallScope scope, out TimeSpan pause)
    {
        if (scope.IsCancelled || !_retry.TryGetPause(call, failure, attempt, scope.Remaining, out pause))
        {
            pause = TimeSpan.Zero;
            return scope.Note(failure);
        }

        _log.Retrying(call, attempt, pause, failure);
        return true;
    }
}
