using ProxSharp.Api;
using ProxSharp.Schema;

namespace ProxSharp.Simulator.Calls;

/// <summary>Executes one endpoint.</summary>
internal delegate ApiReply ApiHandler(ApiCall call);

/// <summary>The handlers written by hand, by verb and path template.</summary>
internal sealed class HandlerTable(ApiSchema schema)
{
    private readonly Dictionary<(ApiMethod Method, string Template), ApiHandler> _handlers = [];

    public void Get(string template, ApiHandler handler) => Add(ApiMethod.Get, template, handler);

    public void Post(string template, ApiHandler handler) => Add(ApiMethod.Post, template, handler);

    public void Put(string template, ApiHandler handler) => Add(ApiMethod.Put, template, handler);

    public void Delete(string template, ApiHandler handler) => Add(ApiMethod.Delete, template, handler);

    public ApiHandler? Find(ApiEndpoint endpoint) => _handlers.GetValueOrDefault((endpoint.Method, endpoint.Path));

    private void Add(ApiMethod method, string template, ApiHandler handler)
    {
        if (schema.Find(method, template) is null)
        {
            throw new InvalidOperationException($"A handler is registered for {method} {template}, which the schema does not know.");
        }

        _handlers.Add((method, template), handler);
    }
}
