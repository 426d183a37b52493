using ProxSharp.Api;

namespace ProxSharp.Cli.Calls;

/// <summary>What a call sends.</summary>
/// <param name="Parameters">The parameters beside those in the path.</param>
/// <param name="Upload">The file to send; null for ordinary calls.</param>
internal sealed record CallParameters(ApiParameters Parameters, CallUpload? Upload);
