using ProxSharp.Api;

namespace ProxSharp.Api.Tests;

/// <summary>A call that reached the connection.</summary>
internal sealed record RecordedCall(ApiOperation Operation, ApiParameters Parameters, ApiUpload? Upload, bool IsAsync, bool IsDownload);
