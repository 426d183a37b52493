using ProxSharp.Api;
using ProxSharp.Http;
using ProxSharp.Schema;

namespace ProxSharp.Operations.Http;

/// <summary>The one call that the door lets through at the moment.</summary>
internal sealed class OpenedCall : IOpening
{
    private readonly ApiOperation _operation;
    private readonly string[] _parameters;
    private readonly ApiUpload? _upload;
    private volatile bool _isClosed;

    public OpenedCall(ApiSchema schema, ApiOperation operation, ApiParameters parameters, ApiUpload? upload)
    {
        (_operation, _upload) = (operation, upload);
        OperationBinding binding = operation.Bind(schema);
        _parameters = Sorted(binding.HasEncodedTexts ? binding.EncodeTexts(parameters) : parameters);
    }

    public void Close() => _isClosed = true;

    /// <summary>True if a request is for exactly this call.</summary>
    public bool Covers(ApiCall call) => !_isClosed
        && ReferenceEquals(call.Upload, _upload)
        && call.Operation.Method == _operation.Method
        && call.Operation.Path == _operation.Path
        && Sorted(call.Parameters).AsSpan().SequenceEqual(_parameters);

    private static string[] Sorted(ApiParameters parameters) =>
        [.. parameters.Select(static parameter => $"{parameter.Name}={parameter.Text}").Order(StringComparer.Ordinal)];
}
