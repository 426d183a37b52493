namespace ProxSharp.Authentication;

/// <summary>The two ways into the rest of a handler chain.</summary>
/// <param name="Send">The synchronous one.</param>
/// <param name="SendAsync">The asynchronous one.</param>
internal sealed record HandlerSend(
    Func<HttpRequestMessage, CancellationToken, HttpResponseMessage> Send,
    Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> SendAsync);
