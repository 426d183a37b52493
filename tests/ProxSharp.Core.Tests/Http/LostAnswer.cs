namespace ProxSharp.Core.Tests.Http;

/// <summary>Asserts that a change failed with its outcome unknown.</summary>
internal static class LostAnswer
{
    /// <summary>Returns the failure behind it.</summary>
    public static async Task<T> AssertAsync<T>(Func<Task> call)
        where T : ProxmoxException
    {
        ProxmoxOutcomeUnknownException lost = await Assert.ThrowsAsync<ProxmoxOutcomeUnknownException>(call);
        Assert.False(lost.IsTransient);
        Assert.True(lost.LostAt >= lost.SentAt);
        T failure = Assert.IsType<T>(lost.InnerException);
        Assert.Equal(failure.Message, lost.Message);
        return failure;
    }
}
