using System.Reflection;

namespace ProxSharp.Api.Tests;

/// <summary>The two twins of a generated method.</summary>
internal sealed record GeneratedMethod(MethodInfo Async, MethodInfo Sync)
{
    /// <summary>The request's type; null if the endpoint has no parameters beside its path.</summary>
    public Type? Request => Sync.GetParameters().Select(static parameter => parameter.ParameterType).FirstOrDefault(static type => typeof(ApiRequest).IsAssignableFrom(type));

    /// <summary>The type of the result's data; null if there is none.</summary>
    public Type? Data => Sync.ReturnType is { IsGenericType: true } response ? response.GetGenericArguments()[0] : null;

    /// <summary>Calls both twins.</summary>
    /// <returns>What they returned.</returns>
    public async Task<(object? Sync, object? Async)> CallAsync(ApiConnection connection, ApiRequest? request)
    {
        object group = Activator.CreateInstance(Sync.DeclaringType!, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, null, [connection], null)!;
        object? result = Sync.Invoke(group, Samples.Arguments(Sync, request));
        Task task = (Task)Async.Invoke(group, Samples.Arguments(Async, request))!;
        await task;
        object? asyncResult = Sync.ReturnType == typeof(void) ? null : task.GetType().GetProperty("Result")!.GetValue(task);
        return (result, asyncResult);
    }
}
