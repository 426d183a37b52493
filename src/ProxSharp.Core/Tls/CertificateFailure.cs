namespace ProxSharp.Tls;

/// <summary>Finds the verdict on a certificate inside the exceptions that a handshake wraps around it.</summary>
internal static class CertificateFailure
{
    /// <summary>The verdict; null if the exception has another cause.</summary>
    public static ProxmoxConnectionException? Find(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is ProxmoxConnectionException { IsCertificateProblem: true } verdict)
            {
                return verdict;
            }
        }

        return null;
    }
}
