namespace ProxSharp.Http;

/// <summary>One attempt of a call: request out, answer in. Implemented by structs, so that the loop around it costs no allocation.</summary>
/// <typeparam name="TResult">What the answer becomes.</typeparam>
internal interface IExchange<TResult>
{
    /// <summary>True if the result goes on reading from the connection and ends the call's scope itself.</summary>
    bool KeepsScope { get; }

    TResult Send(Pipeline pipeline, ApiCall call, CallScope scope);

    Task<TResult> SendAsync(Pipeline pipeline, ApiCall call, CallScope scope);
}
