namespace OrleansIM.TestSupport;

public sealed partial class DovecotServer
{
    private string ConfigurationText()
    {
        var folder = _folder.Path;
        var right = _authority.Write(folder, "right", Host, "127.0.0.1");
        var wrong = _authority.Write(folder, "wrong", "another.example.test");
        return $$"""
            base_dir = {{folder}}/run
            state_dir = {{folder}}/state
            log_path = {{Log}}
            protocols = imap lmtp
            listen = 127.0.0.1, {{WrongNameHost}}, {{NoTlsHost}}
            ssl = yes
            ssl_cert = <{{right.Certificate}}
            ssl_key = <{{right.Key}}
            disable_plaintext_auth = no
            first_valid_uid = 1
            auth_mechanisms = plain login xoauth2 oauthbearer
            auth_failure_delay = 0
            mail_location = maildir:{{MailRoot}}/%u
            mail_plugins = quota
            plugin {
              quota = count:User quota
              quota_vsizes = yes
            }
            passdb {
              driver = oauth2
              mechanisms = xoauth2 oauthbearer
              args = {{folder}}/oauth2.conf
            }
            passdb {
              driver = passwd-file
              mechanisms = plain login
              args = scheme=PLAIN username_format=%u {{folder}}/users/%u
            }
            userdb {
              driver = passwd-file
              args = username_format=%u {{folder}}/users/%u
            }
            namespace inbox {
              inbox = yes
              separator = /
              mailbox "{{SentFolder}}" {
                special_use = \Sent
              }
            }
            service imap-login {
              inet_listener imap {
                port = {{ImapPort}}
              }
              inet_listener imaps {
                port = {{ImapsPort}}
              }
              process_min_avail = 1
              service_count = 0
            }
            service imap {
              process_limit = 2000
            }
            service anvil {
              client_limit = 6000
              unix_listener anvil-auth-penalty {
                mode = 0
              }
            }
            service auth {
              client_limit = 6000
              unix_listener {{SaslSocket}} {
                mode = 0666
              }
            }
            service lmtp {
              inet_listener lmtp {
                address = 127.0.0.1
                port = {{LmtpPort}}
              }
            }
            protocol imap {
              mail_max_userip_connections = 1000
              mail_plugins = quota imap_quota
            }
            local {{WrongNameHost}} {
              ssl_cert = <{{wrong.Certificate}}
              ssl_key = <{{wrong.Key}}
            }
            local {{NoTlsHost}} {
              ssl = no
            }

            """;
    }

    private string OAuthText() => $"""
        introspection_mode = auth
        introspection_url = {_tokens!.Url}
        username_attribute = username
        active_attribute = active
        active_value = true

        """;
}
