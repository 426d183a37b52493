using ProxSharp.Api;

namespace ProxSharp.Pbs.Http;

/// <summary>Takes results out of their envelopes.</summary>
internal static class ApiResponseTasks
{
    /// <summary>Returns the result of a call.</summary>
    public static async Task<T> DataAsync<T>(this Task<ApiResponse<T>> call) => (await call.ConfigureAwait(false)).Data;
}
